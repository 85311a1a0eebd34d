package dev.grapevine;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shows that the optional jars are really gone in this execution. */
class SelfBareClasspathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.context.ApplicationContext",
                "org.springframework.boot.autoconfigure.AutoConfiguration",
                "io.micrometer.core.instrument.MeterRegistry",
                "tools.jackson.databind.json.JsonMapper"
            })
    void optionalClassesAreAbsent(String name) {
        assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> Class.forName(name));
    }
}
