/**
 * How users' values become bytes and come back.
 */
@NullMarked
package dev.grapevine.codec;

import org.jspecify.annotations.NullMarked;
