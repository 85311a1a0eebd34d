package dev.grapevine.simulation;

import dev.grapevine.protocol.NodeSettings;

/** Limits so low that a small workload reaches them: what only happens at the limits is simulated, too. */
final class Tight {

    /** A log of operations that forgets, so that state is transferred, in chunks of a few keys. */
    static final NodeSettings STORES = NodeSettings.DEFAULT.withAntiEntropy(
            stores -> stores.withLogBytes(1024).withChunkBytes(200).withCloudDots(16));

    private Tight() {}
}
