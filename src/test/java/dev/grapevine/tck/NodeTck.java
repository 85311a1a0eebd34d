package dev.grapevine.tck;

import dev.grapevine.Grapevine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.testng.annotations.AfterMethod;

/** The rules for a stream of a node: each test has nodes of its own. */
public abstract class NodeTck<T> extends StreamTck<T> {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Grapevine> nodes = new ArrayList<>();

    /** A node that runs. */
    final Grapevine node() {
        Grapevine node = Grapevine.builder("tck").bind("127.0.0.1:0").build();
        nodes.add(node);
        return node.start().block(PATIENCE);
    }

    /** Gives back what the last test used. */
    @AfterMethod
    public void stopNodes() {
        nodes.forEach(node -> node.stop().block(PATIENCE));
        nodes.clear();
    }
}
