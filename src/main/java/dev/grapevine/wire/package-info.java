/**
 * The versioned binary format of frames: length-checked before anything is allocated.
 */
@NullMarked
package dev.grapevine.wire;

import org.jspecify.annotations.NullMarked;
