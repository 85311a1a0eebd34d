/**
 * Conflict-free replicated data types over dots and one causal context per store.
 */
@NullMarked
package dev.grapevine.crdt;

import org.jspecify.annotations.NullMarked;
