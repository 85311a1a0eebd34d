package dev.grapevine.process;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Member;
import dev.grapevine.topic.Topic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * A member with default settings as a process of its own. It tells on standard output what it sees, each line with the
 * time of the wall clock in milliseconds, and publishes every line of its standard input. It ends with that input, so
 * that none outlives the test that started it.
 */
final class MemberMain {

    static final String MARK = "@";

    private MemberMain() {}

    /** Name, address to listen on, seeds. */
    public static void main(String[] args) throws IOException {
        Grapevine node = Grapevine.builder("processes")
                .name(args[0])
                .bind(args[1])
                .seeds(Arrays.asList(args).subList(2, args.length))
                .build();
        Topic<String> words = node.topic("words", Codecs.utf8());
        node.membership().subscribe(event -> tell(event.type().toString(), event.member()));
        words.messages().subscribe(message -> tell("HEARD " + message.value(), node.self()));
        node.start().block(Duration.ofMinutes(1));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String word = input.readLine(); word != null; word = input.readLine()) {
            words.publish(word).block(Duration.ofMinutes(1));
        }
        Runtime.getRuntime().halt(0);
    }

    private static void tell(String what, Member about) {
        long now = System.currentTimeMillis();
        System.out.println(
                MARK + " " + now + " " + about.name() + " " + about.origin().epoch() + " " + what);
    }
}
