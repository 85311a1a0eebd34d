/**
 * Topics as pure state machines: sequences, retained windows, repair and gaps.
 */
@NullMarked
package dev.grapevine.protocol.dissemination;

import org.jspecify.annotations.NullMarked;
