/**
 * The pure protocol cores, composed by {@code NodeCore}: an input in, effects out; no threads, clocks or chance inside.
 */
@NullMarked
package dev.grapevine.protocol;

import org.jspecify.annotations.NullMarked;
