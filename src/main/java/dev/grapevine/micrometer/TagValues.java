package dev.grapevine.micrometer;

import java.util.Locale;

/** How constants are written as tag values. */
final class TagValues {

    private TagValues() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
