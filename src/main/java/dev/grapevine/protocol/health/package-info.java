/**
 * What the other cores show about a member's own condition.
 */
@NullMarked
package dev.grapevine.protocol.health;

import org.jspecify.annotations.NullMarked;
