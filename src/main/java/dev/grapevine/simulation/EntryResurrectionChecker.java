package dev.grapevine.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replicated state: what was removed or overwritten by somebody who had seen it does not come back. Not at the writer
 * from then on, and nowhere once the cluster has converged. And nothing appears that nobody wrote.
 *
 * <p>Each value is to be written once only in a run, so that a value names its write.
 */
public final class EntryResurrectionChecker {

    private final Set<String> written = new HashSet<>();
    private final Set<String> superseded = new HashSet<>();
    private final Map<String, Set<String>> supersededAt = new HashMap<>();
    private final Consumer<String> violations;

    /**
     * A checker that has seen nothing.
     *
     * @param violations is told what is wrong, in words
     */
    public EntryResurrectionChecker(Consumer<String> violations) {
        this.violations = violations;
    }

    /**
     * A member writes or removes. To be called before it does.
     *
     * @param writer names one life of the writer
     * @param store the store
     * @param key the key
     * @param value the new value, or null for a removal
     * @param visible what the writer sees at the key before, or null
     */
    public void writes(String writer, String store, String key, @Nullable String value, @Nullable String visible) {
        if (value != null && !written.add(name(store, key, value))) {
            throw new IllegalArgumentException("The value '" + value + "' was written before: it must name its write");
        }
        if (visible != null) {
            superseded.add(name(store, key, visible));
            supersededAt.computeIfAbsent(writer, life -> new HashSet<>()).add(name(store, key, visible));
        }
    }

    /**
     * A member sees another value at a key.
     *
     * @param observer names one life of the observer
     * @param store the store
     * @param key the key
     * @param value what it sees now, or null if the key is gone
     */
    public void sees(String observer, String store, String key, @Nullable String value) {
        if (value == null) {
            return;
        }
        String name = name(store, key, value);
        if (!written.contains(name)) {
            violations.accept(observer + " sees " + name + ", which nobody wrote");
        } else if (supersededAt.getOrDefault(observer, Set.of()).contains(name)) {
            violations.accept(observer + " sees " + name + " again, which it had removed or overwritten itself");
        }
    }

    /**
     * The cluster has converged, and this is what everybody sees at a key.
     *
     * @param store the store
     * @param key the key
     * @param value what is there
     */
    public void converged(String store, String key, String value) {
        String name = name(store, key, value);
        if (superseded.contains(name)) {
            violations.accept("After convergence there is " + name + ", which was removed or overwritten");
        }
    }

    private static String name(String store, String key, String value) {
        return store + "[" + key + "]=" + value;
    }
}
