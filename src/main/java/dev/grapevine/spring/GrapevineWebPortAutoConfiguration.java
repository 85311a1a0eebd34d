package dev.grapevine.spring;

import dev.grapevine.Grapevine;
import dev.grapevine.observe.NodeState;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;

/**
 * Tells the other instances at which port the web server of this one listens, whichever it took: the label {@value
 * #HTTP_PORT}. The web server starts before the node joins, so whoever hears of this instance hears of its port.
 */
@AutoConfiguration(after = GrapevineAutoConfiguration.class)
@ConditionalOnClass(name = "org.springframework.boot.web.server.context.WebServerInitializedEvent")
@ConditionalOnBean(Grapevine.class)
@ConditionalOnWebApplication
public class GrapevineWebPortAutoConfiguration {

    /** The label. One that the application sets itself is left alone. */
    static final String HTTP_PORT = "http.port";

    private static final Logger LOG = LoggerFactory.getLogger(GrapevineWebPortAutoConfiguration.class);

    /** Made by Spring. */
    public GrapevineWebPortAutoConfiguration() {}

    /**
     * Labels the node once the web server listens.
     *
     * @param grapevine the node
     * @return the listener
     */
    @Bean
    ApplicationListener<WebServerInitializedEvent> grapevineWebPort(Grapevine grapevine) {
        return event -> {
            boolean own = !WebServerApplicationContext.hasServerNamespace(event.getApplicationContext(), "management");
            if (own && grapevine.state() == NodeState.BOUND) {
                announce(grapevine, event.getWebServer().getPort());
            }
        };
    }

    private static void announce(Grapevine grapevine, int port) {
        Map<String, String> labels = new TreeMap<>(grapevine.self().metadata());
        if (port > 0 && labels.putIfAbsent(HTTP_PORT, Integer.toString(port)) == null) {
            grapevine
                    .updateMetadata(labels)
                    .subscribe(
                            done -> {}, failure -> LOG.warn("The port of the web server cannot be announced", failure));
        }
    }
}
