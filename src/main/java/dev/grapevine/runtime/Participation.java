package dev.grapevine.runtime;

import dev.grapevine.membership.Member;
import dev.grapevine.observe.NodeState;
import dev.grapevine.protocol.step.Input;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import reactor.core.publisher.Mono;

/** A bound node's part in its cluster: it joins, says what it is called, and leaves. */
final class Participation {

    private final NodeParts parts;
    private final NodeStatus status;
    private final SelfDescription self;

    Participation(NodeParts parts, NodeStatus status, SelfDescription self) {
        this.parts = parts;
        this.status = status;
        this.self = self;
    }

    Mono<Void> join() {
        return status.onNodeThread(bound -> joinNow());
    }

    private Mono<Void> joinNow() {
        if (status.isStopRequested()) {
            return Mono.error(Stopped.error());
        }
        switch (status.state()) {
            case BOUND -> {
                if (!parts.commands().accept(new Input.Join(List.of(), parts.hasSeeds()))) {
                    return Mono.error(Stopped.error());
                }
                status.becomeJoined();
                parts.handshake().setOpen(true);
                return Mono.empty();
            }
            case JOINED -> {
                return Mono.empty();
            }
            default -> {
                return Mono.error(new IllegalStateException("The node has left its cluster"));
            }
        }
    }

    Mono<Void> leave() {
        return Mono.defer(() -> status.bound() == null ? Mono.<Void>empty() : status.onNodeThread(bound -> leaveNow()))
                .onErrorComplete(error -> status.state() == NodeState.STOPPED);
    }

    /** On the node's thread: announces that it goes; completes when that is confirmed or waiting for it has ended. */
    Mono<Void> leaveNow() {
        if (status.state() == NodeState.JOINED) {
            status.becomeLeft();
            parts.handshake().setOpen(false);
            parts.commands().accept(new Input.Leave()); // if the pipeline has ended, so has the wait below
        }
        return status.state() == NodeState.LEFT ? parts.views().left() : Mono.empty();
    }

    Mono<Void> updateMetadata(Map<String, String> labels) {
        Member.checkMetadata(labels);
        TreeMap<String, String> copy = new TreeMap<>(labels);
        return Mono.defer(() -> status.beforeBound(() -> self.firstLabels(copy))
                ? Mono.empty()
                : status.onNodeThread(bound -> relabel(copy)));
    }

    private Mono<Void> relabel(Map<String, String> labels) {
        if (status.state() == NodeState.LEFT || status.isStopRequested()) {
            return Mono.error(new IllegalStateException("The node has left its cluster"));
        }
        parts.handshake().describe(self.relabel(labels));
        parts.commands().accept(new Input.UpdateMetadata(labels));
        return Mono.empty();
    }
}
