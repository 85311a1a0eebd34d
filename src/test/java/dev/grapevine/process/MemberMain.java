package dev.grapevine.process;

import dev.grapevine.Grapevine;
import dev.grapevine.GrapevineBuilder;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Address;
import dev.grapevine.membership.Member;
import dev.grapevine.membership.MemberId;
import dev.grapevine.topic.Topic;
import dev.grapevine.transport.LinkLimits;
import dev.grapevine.transport.rsocket.RSocketTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A member with default settings as a process of its own. It tells on standard output what it sees, each line with the
 * time of the wall clock in milliseconds, and publishes every line of its standard input, unless it is a command of
 * {@link LoadedMember}. It ends with that input, so
 * that none outlives the test that started it.
 */
final class MemberMain {

    static final String MARK = "@";

    /** Begins what it tells of a message, before the message. */
    static final String HEARD = "HEARD ";

    /** Begins what it tells of its own join state, before the name of the state. */
    static final String STATE = "STATE ";

    /** The property of a member's id, a number; without it the id is random. */
    static final String ID = "process.id";

    /** The property of the {@link DetourTransport detours}: {@code address=address}, separated by commas. */
    static final String DETOURS = "process.detours";

    private MemberMain() {}

    /** Name, address to listen on, seeds. */
    public static void main(String[] args) throws IOException {
        GrapevineBuilder builder = Grapevine.builder("processes")
                .name(args[0])
                .bind(args[1])
                .seeds(Arrays.asList(args).subList(2, args.length));
        Long id = Long.getLong(ID);
        if (id != null) {
            builder.memberId(new MemberId(0, id));
        }
        String detours = System.getProperty(DETOURS);
        if (detours != null) {
            builder.transport(
                    new DetourTransport(RSocketTransport.create(LinkLimits.DEFAULT, args[0]), parseDetours(detours)));
        }
        run(builder.build());
    }

    private static Map<Address, Address> parseDetours(String property) {
        Map<Address, Address> detours = new TreeMap<>();
        for (String detour : property.split(",")) {
            String[] addresses = detour.split("=", 2);
            detours.put(Address.parse(addresses[0], 0), Address.parse(addresses[1], 0));
        }
        return detours;
    }

    private static void run(Grapevine node) throws IOException {
        Topic<String> words = node.topic("words", Codecs.utf8());
        node.membership().subscribe(event -> tell(event.type().toString(), event.member()));
        words.messages().subscribe(message -> tell(HEARD + message.value(), node.self()));
        LoadedMember loaded = new LoadedMember(node, account -> tell(account, node.self()));
        node.start().block(Duration.ofMinutes(1));
        node.joinState().subscribe(state -> tell(STATE + state, node.self()));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String word = input.readLine(); word != null; word = input.readLine()) {
            if (!loaded.obeys(word)) {
                words.publish(word).block(Duration.ofMinutes(1));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static void tell(String what, Member about) {
        long now = System.currentTimeMillis();
        System.out.println(MARK + " " + now + " " + about.name() + " " + about.id() + " "
                + about.origin().epoch() + " " + what);
    }
}
