/**
 * Replicated stores as pure state machines: deltas, version-vector anti-entropy and state transfer.
 */
@NullMarked
package dev.grapevine.protocol.antientropy;

import org.jspecify.annotations.NullMarked;
