package dev.grapevine.simulation;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;

/** After a heal everybody must hold the same: the same members, the same replicated state. */
public final class ConvergenceChecker {

    private ConvergenceChecker() {}

    /**
     * Compares what the members hold.
     *
     * @param what names it, for people
     * @param views for each member what it holds, compared by {@code equals}
     * @return empty if all are equal, or the first two that differ, in words
     */
    public static Optional<String> difference(String what, SortedMap<Integer, ?> views) {
        if (views.isEmpty()) {
            return Optional.empty();
        }
        int first = views.firstKey();
        Object expected = views.get(first);
        for (Map.Entry<Integer, ?> view : views.entrySet()) {
            if (!Objects.equals(expected, view.getValue())) {
                return Optional.of(what + " differs: node " + first + " has " + expected + ", node " + view.getKey()
                        + " has " + view.getValue());
            }
        }
        return Optional.empty();
    }
}
