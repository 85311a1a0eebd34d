/**
 * The vocabulary between a pure core and whatever drives it: inputs with their time, and effects.
 */
@NullMarked
package dev.grapevine.protocol.step;

import org.jspecify.annotations.NullMarked;
