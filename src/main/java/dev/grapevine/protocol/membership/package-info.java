/**
 * SWIM membership as a pure state machine.
 */
@NullMarked
package dev.grapevine.protocol.membership;

import org.jspecify.annotations.NullMarked;
