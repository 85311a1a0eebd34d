/**
 * Logical time: dots, version vectors and hybrid logical clocks.
 */
@NullMarked
package dev.grapevine.clock;

import org.jspecify.annotations.NullMarked;
