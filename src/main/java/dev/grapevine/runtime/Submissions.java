package dev.grapevine.runtime;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.NodeSettings;
import dev.grapevine.protocol.frame.StreamName;
import dev.grapevine.protocol.step.Input;
import dev.grapevine.topic.Priority;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * What users of this node publish and write. Called from their threads, carried out on the node's, and answered at once where
 * there is room for a single message, see {@link Handover}, and else on threads apart from those of subscribers, so that nothing
 * of a user's ever runs on the node's thread and no subscriber holds up a call. What comes before the node is bound waits for
 * that, and is then carried out in the order in which it came.
 */
final class Submissions implements Publishing, Writing {

    private final Commands commands;
    private final NodeSettings settings;
    private final Environment environment;
    private final UnderWay publishing;
    private final UnderWay critical;
    private final UnderWay writing;
    private final Handover handover;

    /** Calls that wait for the node to be bound. Guarded by itself, and so is leaving that state. */
    private final Set<MonoSink<Admission>> waiting = new LinkedHashSet<>();

    private volatile @Nullable Admission admission;
    private volatile boolean closed;

    /**
     * Submissions that wait for {@link #open}.
     *
     * @param maxCalls most publish calls of a priority, and most writes, that may be under way; more fail
     * @param maxBytes how many bytes may have been given with each of these; more fail
     * @param commands the way to the core
     * @param settings hold the limits of payloads
     * @param environment holds the threads on which calls are answered, and those on which sources run
     */
    Submissions(int maxCalls, long maxBytes, Commands commands, NodeSettings settings, Environment environment) {
        this.publishing = new UnderWay("publish calls", maxCalls, maxBytes);
        this.critical = new UnderWay("critical publish calls", maxCalls, maxBytes);
        this.writing = new UnderWay("writes", maxCalls, maxBytes);
        this.handover = new Handover(commands);
        this.commands = commands;
        this.settings = settings;
        this.environment = environment;
    }

    /** The node is bound. */
    void open(Admission gate) {
        synchronized (waiting) {
            // Under the lock, and before anybody sees the gate: who comes meanwhile comes after those who waited.
            List.copyOf(waiting).forEach(call -> call.success(gate));
            waiting.clear();
            admission = gate;
        }
    }

    /** The node is told to stop: from now on no call is over before the node has carried it out. From any thread. */
    void ending() {
        handover.end();
    }

    /** The node stops; on its thread, or on any if it was never bound. */
    void close() {
        List<MonoSink<Admission>> never;
        Admission gate;
        ending(); // who fails is not told to stop before
        synchronized (waiting) {
            closed = true;
            gate = admission;
            never = List.copyOf(waiting);
            waiting.clear();
        }
        if (gate != null) {
            gate.close();
        }
        never.forEach(call -> call.error(Stopped.error()));
    }

    private void await(MonoSink<Admission> call) {
        synchronized (waiting) {
            Admission gate = admission;
            if (closed) {
                call.error(Stopped.error());
            } else if (gate != null) {
                call.success(gate);
            } else {
                waiting.add(call);
                call.onCancel(() -> forget(call));
            }
        }
    }

    private void forget(MonoSink<Admission> call) {
        synchronized (waiting) {
            waiting.remove(call);
        }
    }

    @Override
    public Mono<Void> publish(String topic, Priority priority, Bytes payload) {
        Admission open = admission;
        if (open != null && open.isHere()) {
            // A subscriber of its own choice, which goes on elsewhere nevertheless: it may block.
            return calls(priority)
                    .call(
                            payload.length(),
                            () -> handedOver(topic, priority, payload, open)
                                    ? answered(Mono.empty())
                                    : whenOpen(single(topic, priority, payload)));
        }
        return open != null && handedOver(topic, priority, payload, open)
                ? Mono.empty()
                : calls(priority).call(payload.length(), () -> whenOpen(single(topic, priority, payload)));
    }

    private boolean handedOver(String topic, Priority priority, Bytes payload, Admission open) {
        return handover.take(PublishSession.stream(topic, priority), priority, payload, open);
    }

    private Function<Admission, Mono<Void>> single(String topic, Priority priority, Bytes payload) {
        return gate -> handover.inTurn(
                priority,
                payload,
                new PublishMono(topic, priority, Flux.just(payload), commands, gate, Schedulers.immediate()));
    }

    @Override
    public Mono<Void> publishAll(String topic, Priority priority, Flux<Bytes> payloads) {
        // A source may produce, and its values are encoded, where it is asked: that must not be the node's thread. Nor
        // may
        // what asks for more wait for the thread on which it is subscribed to: some sources stay there until they end.
        Scheduler sources = environment.delivery();
        Flux<Bytes> offThread = payloads.subscribeOn(sources, false);
        return calls(priority)
                .call(0, () -> whenOpen(gate -> new PublishMono(topic, priority, offThread, commands, gate, sources)));
    }

    private UnderWay calls(Priority priority) {
        return priority == Priority.CRITICAL ? critical : publishing;
    }

    @Override
    public Bytes withinLimit(String topic, Bytes payload) {
        int limit = StreamName.isCausal(topic)
                ? settings.dissemination().longestCausalMessage()
                : settings.dissemination().longestMessage();
        if (payload.length() > limit) {
            throw tooLong("A message on '" + StreamName.topic(topic) + "'", payload.length(), limit);
        }
        return payload;
    }

    @Override
    public Mono<Void> write(String store, Bytes key, @Nullable Bytes value) {
        int length = key.length() + (value == null ? 0 : value.length());
        int limit = settings.antiEntropy().maxEntryBytes();
        if (length > limit) {
            throw tooLong("An entry of '" + store + "'", length, limit);
        }
        return writing.call(length, () -> whenOpen(gate -> writeNow(gate, new Input.Write(store, key, value))));
    }

    private Mono<Void> writeNow(Admission gate, Input write) {
        return Mono.<Void>fromRunnable(() -> {
                    if (!commands.accept(write)) {
                        throw Stopped.error();
                    }
                })
                .subscribeOn(gate.scheduler());
    }

    private static IllegalArgumentException tooLong(String what, int length, int limit) {
        return new IllegalArgumentException(
                what + " has " + length + " bytes; the limit is " + limit + " (payload limit of the node)");
    }

    private Mono<Void> whenOpen(Function<Admission, Mono<Void>> action) {
        if (closed) {
            return Mono.error(Stopped.error());
        }
        Admission gate = admission;
        Mono<Void> run =
                gate != null ? action.apply(gate) : Mono.create(this::await).flatMap(action);
        return answered(run);
    }

    private Mono<Void> answered(Mono<Void> call) {
        // A thread that is gone rejects the task: the node has stopped meanwhile.
        return call.publishOn(environment.answers())
                .onErrorMap(error -> closed && error instanceof RejectedExecutionException, error -> Stopped.error());
    }
}
