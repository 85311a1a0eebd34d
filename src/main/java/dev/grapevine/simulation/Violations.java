package dev.grapevine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Collects what checkers find: they are called inside pipelines, where an exception would end a stream instead. */
final class Violations implements Consumer<String> {

    private static final int KEPT = 20;

    private final List<String> found = new ArrayList<>();

    @Override
    public void accept(String violation) {
        if (found.size() < KEPT) {
            found.add(violation);
        }
    }

    boolean any() {
        return !found.isEmpty();
    }

    List<String> found() {
        return List.copyOf(found);
    }
}
