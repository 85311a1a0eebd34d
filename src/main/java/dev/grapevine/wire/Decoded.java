package dev.grapevine.wire;

import dev.grapevine.protocol.frame.Frame;
import java.util.List;

/**
 * What a wire frame held.
 *
 * @param frames the frames in their order, unmodifiable
 * @param skipped how many frames and rumors were of a type that this version does not know, and were skipped
 */
public record Decoded(List<Frame> frames, int skipped) {}
