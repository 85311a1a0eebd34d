package dev.grapevine.wire;

import dev.grapevine.clock.Dot;
import dev.grapevine.clock.HybridTimestamp;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.DisseminationFrame;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The values that frames of several families are made of. */
final class Values {

    static final int MIN_ORIGIN_BYTES = 17;
    static final int MIN_DOT_BYTES = MIN_ORIGIN_BYTES + 1;
    private static final int MIN_LABEL_BYTES = 2;

    private Values() {}

    static void writeOrigin(WireWriter out, Origin origin) {
        out.writeLong(origin.id().high());
        out.writeLong(origin.id().low());
        out.writeVarint(origin.epoch(), "epoch");
    }

    static void writeDot(WireWriter out, Dot dot) {
        writeOrigin(out, dot.origin());
        out.writeVarint(dot.counter(), "dot counter");
    }

    static Dot readDot(WireReader in) {
        return new Dot(in.readOrigin(), in.readVarint("dot counter"));
    }

    static void writeDots(WireWriter out, Collection<Dot> dots) {
        out.writeCount(dots.size(), AntiEntropyFrame.MAX_DOTS, "dots");
        for (Dot dot : dots) {
            writeDot(out, dot);
        }
    }

    static List<Dot> readDots(WireReader in) {
        Dot[] dots = new Dot[in.readCount(AntiEntropyFrame.MAX_DOTS, MIN_DOT_BYTES, "dots")];
        for (int i = 0; i < dots.length; i++) {
            dots[i] = readDot(in);
        }
        return listOf(dots);
    }

    static void writeStamp(WireWriter out, HybridTimestamp stamp) {
        out.writeVarint(stamp.millis(), "stamp");
        out.writeVarint(stamp.counter(), "stamp counter");
    }

    static HybridTimestamp readStamp(WireReader in) {
        return new HybridTimestamp(in.readVarint("stamp"), in.readInt(Integer.MAX_VALUE, "stamp counter"));
    }

    static void writeMember(WireWriter out, Member member) {
        int block = out.open();
        writeIdentityFields(out, member);
        writeMetadata(out, member.metadata());
        out.close(block);
    }

    /** A member without its labels. */
    static void writeIdentity(WireWriter out, Member member) {
        int block = out.open();
        writeIdentityFields(out, member);
        out.close(block);
    }

    private static void writeIdentityFields(WireWriter out, Member member) {
        writeOrigin(out, member.origin());
        out.writeText(member.name(), Member.MAX_NAME_LENGTH, "member name");
        writeAddress(out, member.address());
        out.writeText(member.zone(), Member.MAX_ZONE_LENGTH, "zone");
    }

    static void writeMetadata(WireWriter out, Map<String, String> metadata) {
        out.writeCount(metadata.size(), Member.MAX_METADATA_ENTRIES, "metadata");
        for (Map.Entry<String, String> label : metadata.entrySet()) {
            out.writeText(label.getKey(), Member.MAX_METADATA_CHARS, "metadata key");
            out.writeText(label.getValue(), Member.MAX_METADATA_CHARS, "metadata value");
        }
    }

    static Member readMember(WireReader in) {
        int block = in.open("member");
        Member identity = readIdentityFields(in);
        Map<String, String> metadata = readMetadata(in);
        in.close(block);
        return identity.withMetadata(metadata);
    }

    static Member readIdentity(WireReader in) {
        int block = in.open("member");
        Member identity = readIdentityFields(in);
        in.close(block);
        return identity;
    }

    private static Member readIdentityFields(WireReader in) {
        Origin origin = in.readOrigin();
        String name = in.readText(Member.MAX_NAME_LENGTH, "member name");
        Address address = readAddress(in);
        String zone = in.readText(Member.MAX_ZONE_LENGTH, "zone");
        try {
            return new Member(origin, name, address, zone, Map.of());
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("member: " + e.getMessage(), e);
        }
    }

    static void writeAddress(WireWriter out, Address address) {
        out.writeText(address.host(), Address.MAX_HOST_LENGTH, "host");
        out.writeVarint(address.port(), "port");
    }

    static Address readAddress(WireReader in) {
        String host = in.readText(Address.MAX_HOST_LENGTH, "host");
        int port = in.readInt(65_535, "port");
        try {
            return new Address(host, port);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("address: " + e.getMessage(), e);
        }
    }

    static Map<String, String> readMetadata(WireReader in) {
        int count = in.readCount(Member.MAX_METADATA_ENTRIES, MIN_LABEL_BYTES, "metadata");
        TreeMap<String, String> metadata = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            String key = in.readText(Member.MAX_METADATA_CHARS, "metadata key");
            if (metadata.put(key, in.readText(Member.MAX_METADATA_CHARS, "metadata value")) != null) {
                throw new MalformedFrameException("metadata: '" + key + "' stands twice");
            }
        }
        try {
            Member.checkMetadata(metadata);
        } catch (IllegalArgumentException e) {
            throw new MalformedFrameException("member: " + e.getMessage(), e);
        }
        return metadata;
    }

    /** The name of a topic or a store. */
    static void writeName(WireWriter out, String name) {
        out.writeText(name, DisseminationFrame.MAX_NAME_LENGTH, "name");
    }

    static String readName(WireReader in) {
        String name = in.readName(DisseminationFrame.MAX_NAME_LENGTH, "name");
        if (name.isEmpty()) {
            throw new MalformedFrameException("name is empty");
        }
        return name;
    }

    /** An unmodifiable list over an array that nobody else has: no copy, unlike {@link List#of(Object[])}. */
    static <T> List<T> listOf(T[] elements) {
        return switch (elements.length) {
            case 0 -> List.of();
            case 1 -> List.of(elements[0]);
            default -> Collections.unmodifiableList(Arrays.asList(elements));
        };
    }
}
