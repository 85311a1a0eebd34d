package dev.grapevine.protocol.dissemination;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.MemberId;
import dev.grapevine.membership.Origin;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes before the payload of a message of a causal topic: how many causes (number), of each the publisher (its id, 2
 * longs, and its epoch, a number) and the sequence up to which it has been given (number). Numbers and longs as on the wire.
 */
final class CausalEnvelope {

    /** The most that one entry takes, and the count. */
    private static final int ENTRY_BYTES = 16 + 9 + 9;

    private static final int COUNT_BYTES = 2;

    private CausalEnvelope() {}

    /** How many causes go into so many bytes. */
    static int fitting(int bytes) {
        return Math.max(0, Math.min(Limits.CAUSES, (bytes - COUNT_BYTES) / ENTRY_BYTES));
    }

    /**
     * Something that a message depends on: everything that a publisher published up to a sequence.
     *
     * @param origin who published it
     * @param sequence the last of it
     */
    record Cause(Origin origin, long sequence) {}

    /**
     * A message as it was before it was sealed.
     *
     * @param causes what it depends on
     * @param payload what its publisher said
     */
    record Opened(List<Cause> causes, Bytes payload) {}

    static Bytes seal(List<Cause> causes, Bytes payload) {
        ByteBuffer head = ByteBuffer.allocate(COUNT_BYTES + causes.size() * ENTRY_BYTES);
        putNumber(head, causes.size());
        for (Cause cause : causes) {
            head.putLong(cause.origin().id().high()).putLong(cause.origin().id().low());
            putNumber(head, cause.origin().epoch());
            putNumber(head, cause.sequence());
        }
        byte[] sealed = new byte[head.position() + payload.length()];
        head.flip().get(sealed, 0, head.limit());
        payload.copyTo(sealed, head.limit());
        return Bytes.wrap(sealed);
    }

    private static void putNumber(ByteBuffer buffer, long number) {
        long rest = number;
        while (rest > 0x7f) {
            buffer.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }

    /** Null if it is not what {@link #seal} makes. */
    static @Nullable Opened open(Bytes sealed) {
        ByteBuffer buffer = sealed.asByteBuffer();
        long count = number(buffer);
        if (count < 0 || count > Limits.CAUSES || count * (16 + 2) > buffer.remaining()) {
            return null;
        }
        List<Cause> causes = count == 0 ? List.of() : new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            if (buffer.remaining() < 16) {
                return null;
            }
            MemberId id = new MemberId(buffer.getLong(), buffer.getLong());
            long epoch = number(buffer);
            long sequence = number(buffer);
            if (epoch < 0 || sequence < 1 || sequence > Limits.MAX_SEQUENCE) {
                return null;
            }
            causes.add(new Cause(new Origin(id, epoch), sequence));
        }
        int head = buffer.position();
        Bytes payload = sealed.read((array, offset, length) -> Bytes.wrap(array, offset + head, length - head));
        return new Opened(causes, payload);
    }

    /** A number, or -1 if there is none. */
    private static long number(ByteBuffer buffer) {
        long number = 0;
        for (int shift = 0; shift < 63 && buffer.hasRemaining(); shift += 7) {
            byte next = buffer.get();
            number |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return number;
            }
        }
        return -1;
    }
}
