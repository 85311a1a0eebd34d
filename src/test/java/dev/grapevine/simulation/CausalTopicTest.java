package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.grapevine.codec.Codecs;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Order;
import dev.grapevine.topic.Priority;
import dev.grapevine.topic.Start;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** A question, and an answer that somebody gives to it, among whole nodes. */
class CausalTopicTest {

    private final SimulatedCluster cluster =
            SimulatedCluster.builder().members(3).seed(1).start();

    @BeforeEach
    void joined() {
        cluster.awaitMembership(Duration.ofSeconds(10));
        chat(1).messages()
                .filter(message -> message.value().equals("question"))
                .flatMap(message -> chat(1).publish("answer"))
                .subscribe();
    }

    private Topic<String> chat(int node) {
        return cluster.node(node).topic("chat", Codecs.utf8(), Order.CAUSAL);
    }

    @Test
    void whoHearsTheAnswerFirstIsGivenTheQuestionFirst() {
        List<String> given = new ArrayList<>();
        Partition oneWay = cluster.partitionOneWay(Set.of(0), Set.of(2));
        StepVerifier.create(chat(2).messages().map(Message::value).doOnNext(given::add))
                .then(() -> chat(0).publish("question").subscribe())
                .then(() -> cluster.advance(Duration.ofSeconds(1)))
                .then(() -> assertThat(given).isEmpty())
                .then(oneWay::heal)
                .then(() -> cluster.advance(Duration.ofSeconds(3)))
                .expectNext("question", "answer")
                .thenCancel()
                .verify();
    }

    @Test
    void aTopicIsOpenInOneOrderAndACausalOneHasNoCriticalMessagesAndNoRetainedStart() {
        assertThatThrownBy(() -> cluster.node(1).topic("chat", Codecs.utf8()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CAUSAL");
        StepVerifier.create(chat(1).publish("urgent", Priority.CRITICAL)).verifyError(IllegalArgumentException.class);
        assertThatThrownBy(() -> chat(1).from(Start.RETAINED)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cluster.node(1).topic("\u0002chat", Codecs.utf8()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
