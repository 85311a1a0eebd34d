package dev.grapevine.simulation;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replicated state: what was removed or overwritten by somebody who had seen it does not come back. Not at the writer
 * from then on, and nowhere once the cluster has converged with the writer in it. And nothing appears that nobody wrote.
 *
 * <p>Each value is to be written once only in a run, so that a value names its write.
 */
public final class EntryResurrectionChecker {

    private final Set<String> written = new HashSet<>();
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
     * @return to be run when the write has taken effect at the writer; never, if it died before
     */
    public Runnable writes(String writer, String store, String key, @Nullable String value, @Nullable String visible) {
        if (value != null && !written.add(name(store, key, value))) {
            throw new IllegalArgumentException("The value '" + value + "' was written before: it must name its write");
        }
        if (visible == null) {
            return () -> {};
        }
        String name = name(store, key, visible);
        return () -> {
            supersededAt.computeIfAbsent(writer, life -> new HashSet<>()).add(name);
        };
    }

    /**
     * A member sees a value at a key now.
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
     * A stream told a member of a value at a key; it may not be there any more.
     *
     * @param observer names one life of the observer
     * @param store the store
     * @param key the key
     * @param value what it was told, or null if the key was gone
     */
    public void told(String observer, String store, String key, @Nullable String value) {
        if (value != null && !written.contains(name(store, key, value))) {
            violations.accept(observer + " was told of " + name(store, key, value) + ", which nobody wrote");
        }
    }

    /**
     * The cluster has converged, and this is what everybody sees at a key.
     *
     * @param store the store
     * @param key the key
     * @param value what is there
     * @param running the writers' lives that are not over: what a life wrote may have died with it
     */
    public void converged(String store, String key, String value, Collection<String> running) {
        String name = name(store, key, value);
        for (String writer : running) {
            if (supersededAt.getOrDefault(writer, Set.of()).contains(name)) {
                violations.accept(
                        "After convergence there is " + name + ", which " + writer + " had removed or overwritten");
            }
        }
    }

    private static String name(String store, String key, String value) {
        return store + "[" + key + "]=" + value;
    }
}
