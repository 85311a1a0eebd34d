/**
 * What members say to each other, as values. The wire format of each frame stands in {@code dev.grapevine.wire}.
 */
@NullMarked
package dev.grapevine.protocol.frame;

import org.jspecify.annotations.NullMarked;
