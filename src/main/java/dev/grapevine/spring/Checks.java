package dev.grapevine.spring;

import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** Checks of properties; the errors name the property as it is written in a file. */
final class Checks {

    private Checks() {}

    static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }

    static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
        }
    }

    static long positive(String name, DataSize value) {
        if (value.toBytes() < 1) {
            throw new IllegalArgumentException(name + " must be at least 1 byte, not " + value);
        }
        return value.toBytes();
    }

    static int bytes(String name, DataSize value) {
        if (positive(name, value) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + " must be at most 2147483647 bytes, not " + value);
        }
        return (int) value.toBytes();
    }
}
