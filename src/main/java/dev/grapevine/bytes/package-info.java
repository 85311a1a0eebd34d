/**
 * The immutable byte sequence that payloads, keys and values are made of.
 */
@NullMarked
package dev.grapevine.bytes;

import org.jspecify.annotations.NullMarked;
