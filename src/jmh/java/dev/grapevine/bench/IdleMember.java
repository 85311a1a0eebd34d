package dev.grapevine.bench;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.MembershipEvent.Type;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** A member at default settings, as a process of its own, that has nothing to do. It ends with its standard input. */
public final class IdleMember {

    /** What it prints when it sees as many members as it was told to expect. */
    static final String COMPLETE = "complete";

    private IdleMember() {}

    /**
     * Runs the member, or with no address a process without any: what the JVM alone costs.
     *
     * @param args number of members, number of topics and of maps to open, address to listen on, seeds
     * @throws IOException if the input cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length > 2) {
            run(
                    Integer.parseInt(args[0]),
                    Integer.parseInt(args[1]),
                    Arrays.asList(args).subList(2, args.length));
        } else {
            System.out.println(COMPLETE);
        }
        while (System.in.read() >= 0) {
            continue;
        }
        Runtime.getRuntime().halt(0);
    }

    private static void run(int members, int opened, List<String> addresses) {
        Grapevine node = Grapevine.builder("idle")
                .bind(addresses.get(0))
                .seeds(addresses.subList(1, addresses.size()))
                .build();
        for (int i = 0; i < opened; i++) {
            node.topic("topic-" + i, Codecs.utf8()).messages().subscribe();
            node.map("map-" + i, Codecs.utf8()).changes().subscribe();
        }
        node.membership()
                .filter(event -> event.type() == Type.JOINED)
                .skip(members - 1L)
                .next()
                .subscribe(event -> System.out.println(COMPLETE));
        node.start().block(Duration.ofMinutes(1));
    }
}
