/**
 * Which peers a member keeps links to, and when it dials whom, as a pure state machine.
 */
@NullMarked
package dev.grapevine.protocol.overlay;

import org.jspecify.annotations.NullMarked;
