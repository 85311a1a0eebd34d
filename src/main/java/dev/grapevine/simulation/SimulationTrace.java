package dev.grapevine.simulation;

import dev.grapevine.protocol.frame.Frame;
import dev.grapevine.protocol.frame.Lane;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A hash over everything that could be observed in a run, in order, and the last of it in words. Equal hashes mean that
 * two runs took the same steps. Nothing goes in whose value differs from process to process, such as identity hash codes
 * or the hash codes of enums.
 */
final class SimulationTrace {

    private static final int KEPT = 200;

    private final Deque<Step> tail = new ArrayDeque<>();
    private long hash = 1;
    private long steps;

    /** Something happened at a node; -1 for the cluster as a whole. */
    void step(long nanos, int node, String kind, String content) {
        steps++;
        mix(nanos);
        mix(node);
        mix(kind);
        mix(content);
        if (tail.size() == KEPT) {
            tail.removeFirst();
        }
        tail.addLast(new Step(nanos, node, kind, content));
    }

    void sent(long nanos, int from, Lane lane, List<Frame> frames, int lost) {
        steps++;
        mix(nanos);
        mix(((long) from << 32) | lost);
        mix(lane.name());
        for (Frame frame : frames) {
            mix(frame.getClass().getSimpleName());
            mix(frame.size());
        }
    }

    private void mix(String text) {
        int length = text.length();
        long folded = length;
        for (int i = 0; i < length; i++) {
            folded = folded * 31 + text.charAt(i);
        }
        mix(folded);
    }

    private void mix(long value) {
        hash = SimulationRandom.mix(hash ^ value);
    }

    long hash() {
        return hash;
    }

    long steps() {
        return steps;
    }

    /** The last steps in words, without what was sent. */
    List<String> tail() {
        return tail.stream()
                .map(step -> line(step.nanos(), step.node(), step.kind() + " " + step.content()))
                .toList();
    }

    private record Step(long nanos, int node, String kind, String content) {}

    static String line(long nanos, int node, String text) {
        Duration time = Duration.ofNanos(nanos);
        String stamp = time.toSeconds() + "."
                + String.valueOf(1_000_000_000L + time.toNanosPart()).substring(1, 7);
        return stamp + "s " + (node < 0 ? "cluster" : "node " + node) + ": " + text;
    }
}
