package dev.grapevine.architecture;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * For each rule of the house a class below {@code fixture} that breaks it. They are compiled by the test that wants
 * them, so that no class of this kind stands among the others.
 */
final class Counterexamples {

    static final String ROOT = "fixture";

    private final Map<String, String> classByRule = new LinkedHashMap<>();
    private final Map<String, String> sourceByClass = new LinkedHashMap<>();

    Counterexamples() {
        sourceByClass.put("fixture.spring.Top", "package fixture.spring; public class Top {}");
        sourceByClass.put("fixture.simulation.Cluster", "package fixture.simulation; public class Cluster {}");
        upward();
        strangers();
        breaks("every package has a place in the order", "attic", "Object anything");
        breaks("packages are free of cycles", "codec", "fixture.topic.CyclePartner partner");
        sourceByClass.put(
                "fixture.topic.CyclePartner",
                "package fixture.topic; public class CyclePartner { fixture.codec.Breaks%d back; }"
                        .formatted(sourceByClass.size() - 1));
        breaks(
                "decisions are pure: no streams, sockets, threads or logs in the cores and their values",
                "crdt",
                "java.util.concurrent.atomic.AtomicLong counter");
        sourceByClass.put("fixture.protocol.overlay.Core", "package fixture.protocol.overlay; public class Core {}");
        breaks(
                "protocol cores do not see each other: only NodeCore composes them",
                "protocol.membership",
                "fixture.protocol.overlay.Core core");
        breaks(
                "pipelines start only where a node, a connection, a simulation or an application starts",
                "runtime",
                "reactor.core.Disposable started = reactor.core.publisher.Flux.empty().subscribe()");
        breaks("nothing uses the simulation", "spring", "fixture.simulation.Cluster cluster");
    }

    /** The class that must be reported by the rule of this name, or {@code null} when the rule has none. */
    String breaking(String rule) {
        return classByRule.get(rule);
    }

    /** Compiles all counterexamples into {@code directory}. */
    void compileInto(Path directory) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(directory));
            List<? extends JavaFileObject> sources = sourceByClass.entrySet().stream()
                    .map(entry -> new Source(entry.getKey(), entry.getValue()))
                    .toList();
            List<String> options = List.of("-proc:none", "-classpath", System.getProperty("java.class.path"));
            if (!compiler.getTask(messages, files, null, options, null, sources).call()) {
                throw new IllegalStateException("counterexamples do not compile: " + messages);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void upward() {
        List<String> lines = List.of(
                "bytes",
                "membership",
                "clock",
                "crdt",
                "protocol",
                "topic, replicated, observe, codec, discovery",
                "wire",
                "transport",
                "runtime",
                "(root)",
                "simulation",
                "micrometer");
        for (String line : lines) {
            String lowest = line.equals("(root)") ? "" : line.split(",", -1)[0];
            breaks("arrows go down only: " + line, lowest, "fixture.spring.Top top");
        }
    }

    private void strangers() {
        breaks("io.rsocket.. only in transport.rsocket", "runtime", "io.rsocket.RSocket socket");
        breaks("reactor.netty.. only in transport.rsocket", "runtime", "reactor.netty.Connection connection");
        breaks("io.netty.. only in wire, transport, simulation", "runtime", "io.netty.buffer.ByteBuf buffer");
        breaks("org.springframework.. only in spring", "runtime", "org.springframework.core.env.Environment env");
        breaks("io.micrometer.. only in micrometer, spring", "runtime", "io.micrometer.core.instrument.Meter meter");
        breaks("tools.jackson.. only in codec, spring", "runtime", "tools.jackson.databind.ObjectMapper mapper");
        breaks(
                "java.security.SecureRandom only in (root), runtime, transport, spring",
                "codec",
                "java.security.SecureRandom random");
    }

    private void breaks(String rule, String part, String field) {
        String name = "Breaks" + sourceByClass.size();
        String packageName = part.isEmpty() ? ROOT : ROOT + "." + part;
        classByRule.put(rule, packageName + "." + name);
        sourceByClass.put(
                packageName + "." + name, "package %s; public class %s { %s; }".formatted(packageName, name, field));
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
