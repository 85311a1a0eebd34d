package dev.grapevine.process;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.membership.Origin;
import dev.grapevine.topic.Delivery;
import dev.grapevine.topic.Gap;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Overflow;
import dev.grapevine.topic.Topic;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/**
 * What a {@link MemberMain} does with a topic under load: publishes 4 MB/s as far as it is let, and keeps account of what
 * comes.
 */
final class LoadedMember {

    /** What it is told to do, as a line of its input. */
    static final String START = "!start";

    static final String STOP = "!stop";
    static final String ACCOUNT = "!account";

    private static final int MESSAGE_BYTES = 4096;
    private static final Duration PERIOD = Duration.ofMillis(10);
    private static final int A_PERIOD = 10;

    /** Far less than comes in while a member is stopped. */
    private static final int BUFFER = 1 << 12;

    private final Consumer<String> tell;
    private final Topic<byte[]> topic;
    private final LongAdder received = new LongAdder();
    private final LongAdder missed = new LongAdder();
    private final LongAdder wrong = new LongAdder();
    private final Map<Origin, Long> next = new ConcurrentSkipListMap<>();
    private final Disposable.Swap load = Disposables.swap();

    LoadedMember(Grapevine node, Consumer<String> tell) {
        this.tell = tell;
        topic = node.topic("load", Codecs.byteArray());
        topic.deliveries(BUFFER, Overflow.DROP_OLDEST).subscribe(this::take);
    }

    private void take(Delivery<byte[]> delivery) {
        if (delivery instanceof Message<byte[]> message) {
            received.increment();
            settled(message.publisher(), message.sequence(), message.sequence());
        } else if (delivery instanceof Gap<byte[]> gap) {
            missed.add(gap.count());
            settled(gap.publisher(), gap.from(), gap.to());
        }
    }

    /** Messages and gaps of a publisher must join without hole or overlap. */
    private void settled(Origin publisher, long from, long to) {
        Long expected = next.put(publisher, to + 1);
        if (expected != null && expected != from) {
            wrong.increment();
        }
    }

    /** Does what a line says, if it is one of those above. */
    boolean obeys(String line) {
        switch (line) {
            case START -> load.update(topic.publishAll(messages()).subscribe());
            case STOP -> load.update(Disposables.disposed());
            case ACCOUNT -> tell.accept(ACCOUNT + " " + account());
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What does not find room at its time is not published at all. */
    private static Flux<byte[]> messages() {
        return Flux.interval(PERIOD)
                .onBackpressureDrop()
                .concatMapIterable(tick -> Collections.nCopies(A_PERIOD, new byte[MESSAGE_BYTES]));
    }

    /** Received, missed, wrong, and how far it has come in all streams together. */
    private String account() {
        long settled =
                next.values().stream().mapToLong(sequence -> sequence - 1).sum();
        return received + " " + missed + " " + wrong + " " + settled;
    }
}
