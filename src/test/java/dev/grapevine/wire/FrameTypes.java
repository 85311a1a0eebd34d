package dev.grapevine.wire;

import dev.grapevine.protocol.frame.Frame;
import java.util.List;
import java.util.stream.Stream;

/** Every type of frame that there is, from the sealed hierarchy itself, so that a new one cannot be forgotten. */
final class FrameTypes {

    private FrameTypes() {}

    static List<Class<?>> all() {
        return leaves(Frame.class).toList();
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed() ? Stream.of(type.getPermittedSubclasses()).flatMap(FrameTypes::leaves) : Stream.of(type);
    }
}
