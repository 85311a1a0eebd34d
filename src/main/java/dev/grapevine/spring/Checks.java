package dev.grapevine.spring;

import java.time.Duration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/** Checks of properties. The errors name the property in full, and Spring Boot shows them without a stack trace. */
final class Checks {

    private Checks() {}

    static Duration positive(String property, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw invalid(property, value, "It must be positive.");
        }
        return value;
    }

    static Duration atLeast(String property, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw invalid(property, value, "It must be at least " + least + ".");
        }
        return value;
    }

    static Duration shorter(String property, Duration value, String than, Duration limit) {
        if (value.compareTo(limit) >= 0) {
            throw invalid(property, value, "It must be shorter than '" + than + "' (" + limit + ").");
        }
        return value;
    }

    static int atLeast(String property, int value, int least) {
        if (value < least) {
            throw invalid(property, value, "It must be at least " + least + ".");
        }
        return value;
    }

    static long positive(String property, DataSize value) {
        if (value.toBytes() < 1) {
            throw invalid(property, value, "It must be at least 1 byte.");
        }
        return value.toBytes();
    }

    static int between(String property, DataSize value, long least, long most) {
        if (value.toBytes() < least || value.toBytes() > most) {
            throw invalid(property, value, "It must be at least " + least + " and at most " + most + " bytes.");
        }
        return (int) value.toBytes();
    }

    /** Runs what refuses a bad value with {@link IllegalArgumentException}, and says whose value it was. */
    static void valid(String property, Object value, Runnable use) {
        try {
            use.run();
        } catch (IllegalArgumentException e) {
            throw invalid(property, value, String.valueOf(e.getMessage()));
        }
    }

    private static InvalidConfigurationPropertyValueException invalid(String property, Object value, String reason) {
        return new InvalidConfigurationPropertyValueException(property, value, reason);
    }
}
