package dev.grapevine.protocol.antientropy;

import dev.grapevine.protocol.frame.AntiEntropyFrame;
import java.time.Duration;

/**
 * The bounds of replicated stores.
 *
 * @param maxEntryBytes longest key and value together, in bytes; more fails at the call; default 256 KiB
 * @param logBytes how many bytes of operations a store keeps for exact repair; the oldest give way, and who lacks older
 *     ones is sent the state; default 16 MiB
 * @param syncInterval how often a store is compared with a random peer while there are differences; default 1 s
 * @param maxSyncInterval to how much that backs off, doubling, while all is equal; default 10 s
 * @param chunkBytes size of a chunk of operations or state; default 64 KiB
 * @param transferTimeout how long a state transfer may stand still before it is begun again; default 5 s
 * @param maxDrift how far a stamp may be ahead of the wall clock; default 60 s
 * @param cloudDots most dots ahead of the runs that a store keeps, and most
 *     operations that wait for what they supersede; default 16,384, which is the most
 * @param maxStores most stores; default 1,024
 */
public record AntiEntropySettings(
        int maxEntryBytes,
        long logBytes,
        Duration syncInterval,
        Duration maxSyncInterval,
        int chunkBytes,
        Duration transferTimeout,
        Duration maxDrift,
        int cloudDots,
        int maxStores) {

    /** The defaults. */
    public static final AntiEntropySettings DEFAULT = new AntiEntropySettings(
            256 << 10,
            16L << 20,
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            64 << 10,
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            16_384,
            1024);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if one is not positive ({@code logBytes} and {@code maxDrift} may be 0), or the
     *     longest interval is shorter than the shortest
     */
    public AntiEntropySettings {
        if (maxEntryBytes < 1 || logBytes < 0 || chunkBytes < 1 || cloudDots < 1 || maxStores < 1) {
            throw new IllegalArgumentException("Sizes and counts of replicated stores are positive");
        }
        if (isNotPositive(syncInterval)
                || maxSyncInterval.compareTo(syncInterval) < 0
                || isNotPositive(transferTimeout)
                || maxDrift.isNegative()) {
            throw new IllegalArgumentException(
                    "Times of replicated stores are positive, and the longest interval is not shorter than the shortest");
        }
        if (cloudDots > AntiEntropyFrame.MAX_RANGES) {
            throw new IllegalArgumentException("A store keeps at most " + AntiEntropyFrame.MAX_RANGES + " dots ahead");
        }
    }

    private static boolean isNotPositive(Duration time) {
        return time.isZero() || time.isNegative();
    }

    /**
     * The same settings with another {@link #maxEntryBytes()}.
     *
     * @param maxEntryBytes the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withMaxEntryBytes(int maxEntryBytes) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }

    /**
     * The same settings with another {@link #logBytes()}.
     *
     * @param logBytes the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withLogBytes(long logBytes) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }

    /**
     * The same settings with another {@link #syncInterval()}.
     *
     * @param syncInterval the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withSyncInterval(Duration syncInterval) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }

    /**
     * The same settings with another {@link #maxSyncInterval()}.
     *
     * @param maxSyncInterval the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withMaxSyncInterval(Duration maxSyncInterval) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }

    /**
     * The same settings with another {@link #chunkBytes()}.
     *
     * @param chunkBytes the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withChunkBytes(int chunkBytes) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }

    /**
     * The same settings with another {@link #transferTimeout()}.
     *
     * @param transferTimeout the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withTransferTimeout(Duration transferTimeout) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }

    /**
     * The same settings with another {@link #maxDrift()}.
     *
     * @param maxDrift the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withMaxDrift(Duration maxDrift) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }

    /**
     * The same settings with another {@link #cloudDots()}.
     *
     * @param cloudDots the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withCloudDots(int cloudDots) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }

    /**
     * The same settings with another {@link #maxStores()}.
     *
     * @param maxStores the value to use
     * @return a changed copy
     */
    public AntiEntropySettings withMaxStores(int maxStores) {
        return new AntiEntropySettings(
                maxEntryBytes,
                logBytes,
                syncInterval,
                maxSyncInterval,
                chunkBytes,
                transferTimeout,
                maxDrift,
                cloudDots,
                maxStores);
    }
}
