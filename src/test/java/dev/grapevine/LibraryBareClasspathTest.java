package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.MembershipEvent;
import dev.grapevine.replicated.MapChange;
import dev.grapevine.topic.Message;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The library where there is no Spring, no Micrometer and no Jackson. */
class LibraryBareClasspathTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void twoNodesShareMessagesAndState() {
        Grapevine one =
                Grapevine.builder("bare").name("one").bind("127.0.0.1:0").build();
        one.start().block(SOON);
        Grapevine two = Grapevine.builder("bare")
                .name("two")
                .bind("127.0.0.1:0")
                .seeds(one.self().address().toString())
                .build();
        try {
            two.start().block(SOON);
            one.membership()
                    .map(MembershipEvent::member)
                    .filter(member -> member.name().equals("two"))
                    .blockFirst(SOON);

            StepVerifier.create(two.topic("greetings", Codecs.utf8())
                            .messages()
                            .map(Message::value)
                            .next())
                    .then(() -> one.topic("greetings", Codecs.utf8())
                            .publish("hello")
                            .block(SOON))
                    .expectNext("hello")
                    .expectComplete()
                    .verify(SOON);

            two.map("flags", Codecs.utf8()).put("beta", "on").block(SOON);
            assertThat(one.map("flags", Codecs.utf8())
                            .changes()
                            .map(MapChange::key)
                            .blockFirst(SOON))
                    .isEqualTo("beta");
        } finally {
            Mono.when(two.stop(), one.stop()).block(SOON);
        }
    }
}
