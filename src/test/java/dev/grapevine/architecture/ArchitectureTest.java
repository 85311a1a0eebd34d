package dev.grapevine.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Holds the library to {@link ArchitectureRules}, and holds each of the rules to a class that breaks it. */
class ArchitectureTest {

    private static final String ROOT = "dev.grapevine";

    @TestFactory
    Stream<DynamicTest> theLibraryKeepsEveryRule() {
        JavaClasses library = new ClassFileImporter()
                .withImportOption(ArchitectureTest::isLibrary)
                .importPackages(ROOT);
        assertThat(library).as("classes of the library").isNotEmpty();
        return new ArchitectureRules(ROOT)
                .all().entrySet().stream()
                        .map(rule -> DynamicTest.dynamicTest(
                                rule.getKey(), () -> rule.getValue().check(library)));
    }

    @TestFactory
    Stream<DynamicTest> everyRuleReportsTheClassThatBreaksIt(@TempDir Path directory) {
        Counterexamples counterexamples = new Counterexamples();
        counterexamples.compileInto(directory);
        JavaClasses broken = new ClassFileImporter().importPath(directory);
        return new ArchitectureRules(Counterexamples.ROOT)
                .all().entrySet().stream()
                        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> {
                            String culprit = counterexamples.breaking(rule.getKey());
                            assertThat(culprit).as("counterexample").isNotNull();
                            assertThat(rule.getValue()
                                            .evaluate(broken)
                                            .getFailureReport()
                                            .getDetails())
                                    .anySatisfy(detail -> assertThat(detail).contains(culprit));
                        }));
    }

    /** ArchUnit's own option looks for {@code target/test-classes}, and our build directory can have another name. */
    private static boolean isLibrary(Location location) {
        return !location.contains("/test-classes/");
    }
}
