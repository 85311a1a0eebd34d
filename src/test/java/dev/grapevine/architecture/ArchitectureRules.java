package dev.grapevine.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import reactor.core.Disposable;

/**
 * The rules of the house, over any root package, so that the same rules can be tried on classes that break them.
 *
 * <p>An empty package keeps every rule.
 */
final class ArchitectureRules {

    /** From the bottom up: a line may use its own line and the lines before it. {@code ""} is the root package. */
    private static final List<List<String>> ORDER = List.of(
            List.of("bytes"),
            List.of("membership"),
            List.of("clock"),
            List.of("crdt"),
            List.of("protocol"),
            List.of("topic", "replicated", "observe", "codec", "discovery"),
            List.of("wire"),
            List.of("transport"),
            List.of("runtime"),
            List.of(""),
            List.of("simulation"),
            List.of("micrometer"),
            List.of("spring"));

    private static final List<String> PURE = List.of("bytes", "membership", "clock", "crdt", "protocol");

    private static final List<String> CORES =
            List.of("membership", "dissemination", "antientropy", "overlay", "health", "rumor", "tuning", "conduct");

    private final String root;

    ArchitectureRules(String root) {
        this.root = root;
    }

    /** Every rule under the name that a failure shows. */
    Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        arrows().forEach(rule -> rules.put(rule.getDescription(), rule));
        Stream.of(
                        everyPackageHasAPlace(),
                        noCycles(),
                        pureCores(),
                        coresDoNotMeet(),
                        nobodyUsesTheSimulation(),
                        pipelinesStartAtTheEdges())
                .forEach(rule -> rules.put(rule.getDescription(), rule));
        Stream.of(
                        only("io.rsocket..", "transport.rsocket"),
                        only("reactor.netty..", "transport.rsocket"),
                        only("io.netty..", "wire", "transport", "simulation"),
                        only("org.springframework..", "spring"),
                        only("io.micrometer..", "micrometer", "spring"),
                        only("tools.jackson..", "codec", "spring"),
                        only("java.security.SecureRandom", "", "runtime", "transport", "spring"))
                .forEach(rule -> rules.put(rule.getDescription(), rule));
        return rules;
    }

    private List<ArchRule> arrows() {
        List<ArchRule> rules = new ArrayList<>();
        for (int line = 0; line < ORDER.size() - 1; line++) {
            String[] above = ORDER.subList(line + 1, ORDER.size()).stream()
                    .flatMap(List::stream)
                    .map(this::within)
                    .toArray(String[]::new);
            String[] here = ORDER.get(line).stream().map(this::within).toArray(String[]::new);
            rules.add(noClasses()
                    .that()
                    .resideInAnyPackage(here)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above)
                    .allowEmptyShould(true)
                    .as("arrows go down only: " + shown(ORDER.get(line))));
        }
        return rules;
    }

    private ArchRule everyPackageHasAPlace() {
        String[] known = ORDER.stream().flatMap(List::stream).map(this::within).toArray(String[]::new);
        return classes().should().resideInAnyPackage(known).as("every package has a place in the order");
    }

    private ArchRule noCycles() {
        return SlicesRuleDefinition.slices()
                .matching(root + ".(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .as("packages are free of cycles");
    }

    private ArchRule pureCores() {
        return noClasses()
                .that()
                .resideInAnyPackage(PURE.stream().map(this::within).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "reactor..",
                        "org.reactivestreams..",
                        "io.rsocket..",
                        "io.netty..",
                        "java.util.concurrent..",
                        "java.net..",
                        "java.nio.channels..",
                        "org.slf4j..",
                        "org.springframework..")
                .allowEmptyShould(true)
                .as("decisions are pure: no streams, sockets, threads or logs in the cores and their values");
    }

    private ArchRule coresDoNotMeet() {
        return SlicesRuleDefinition.slices()
                .matching(root + ".protocol.(" + String.join("|", CORES) + ")..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .as("protocol cores do not see each other: only NodeCore composes them");
    }

    private ArchRule nobodyUsesTheSimulation() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(within("simulation"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(within("simulation"))
                .allowEmptyShould(true)
                .as("nothing uses the simulation");
    }

    private ArchRule pipelinesStartAtTheEdges() {
        DescribedPredicate<JavaMethodCall> start = DescribedPredicate.describe(
                "subscribe without handing the subscription on",
                call -> call.getTarget().getName().equals("subscribe")
                        && call.getTarget().getRawReturnType().isEquivalentTo(Disposable.class));
        return noClasses()
                .that()
                .resideOutsideOfPackages(within("transport.rsocket"), within("simulation"), within("spring"))
                .and()
                .doNotHaveFullyQualifiedName(root + ".runtime.NodeBinding")
                .should()
                .callMethodWhere(start)
                .allowEmptyShould(true)
                .as("pipelines start only where a node, a connection, a simulation or an application starts");
    }

    private ArchRule only(String library, String... packages) {
        String[] allowed = Stream.of(packages).map(this::within).toArray(String[]::new);
        var outside = noClasses().that().resideOutsideOfPackages(allowed).should();
        var rule = library.endsWith("..")
                ? outside.dependOnClassesThat().resideInAPackage(library)
                : outside.dependOnClassesThat().haveFullyQualifiedName(library);
        return rule.allowEmptyShould(true).as(library + " only in " + shown(List.of(packages)));
    }

    private String within(String part) {
        return part.isEmpty() ? root : root + "." + part + "..";
    }

    private static String shown(List<String> packages) {
        return String.join(
                ", ",
                packages.stream().map(part -> part.isEmpty() ? "(root)" : part).toList());
    }
}
