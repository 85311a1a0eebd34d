package dev.grapevine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same seed takes the same steps: in one JVM, in another, and on every JDK that builds this. */
class TraceHashTest {

    private static final String EXPECTED = "trace-hashes.txt";
    private static final String UPDATE = "grapevine.simulation.updateHashes";

    @Test
    void theSameSeedTakesTheSameStepsInThisJvmInAnotherAndAsWrittenDown() throws Exception {
        List<String> here = TraceHashes.lines();
        assertThat(TraceHashes.lines()).as("a second time in this JVM").isEqualTo(here);
        assertThat(inAnotherJvm()).as("in another JVM").isEqualTo(here);
        if (Boolean.getBoolean(UPDATE)) {
            Path source = Path.of("src/test/resources/dev/grapevine/simulation", EXPECTED);
            Files.createDirectories(source.getParent());
            Files.write(source, here);
        }
        assertThat(here)
                .as("as written down; after a deliberate change of behaviour, write them anew with -D" + UPDATE
                        + "=true")
                .isEqualTo(expected());
    }

    @Test
    void differentSeedsTakeDifferentSteps() {
        assertThat(CoreSimulationTest.run(11).traceHash())
                .isNotEqualTo(CoreSimulationTest.run(16).traceHash());
    }

    private static List<String> inAnotherJvm() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        File errors = File.createTempFile("trace-hashes", ".log");
        Process process = new ProcessBuilder(
                        java, "-Xmx512m", "-cp", System.getProperty("java.class.path"), TraceHashes.class.getName())
                .redirectError(errors)
                .start();
        String output;
        try (InputStream out = process.getInputStream()) {
            output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(process.waitFor()).as(Files.readString(errors.toPath())).isZero();
        Files.delete(errors.toPath());
        // Logs go to the same stream; a hash line is three words that begin with the kind of run.
        return output.lines()
                .filter(line -> line.matches("(core|pipeline) \\d+ [0-9a-f]+"))
                .toList();
    }

    private static List<String> expected() throws IOException {
        if (Boolean.getBoolean(UPDATE)) {
            return Files.readAllLines(Path.of("src/test/resources/dev/grapevine/simulation", EXPECTED));
        }
        try (InputStream file = TraceHashTest.class.getResourceAsStream(EXPECTED)) {
            assertThat(file).as(EXPECTED).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }
}
