package dev.grapevine.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.grapevine.observe.NodeState;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class GrapevineLifecycleTest {

    private static final List<String> JOURNAL = new ArrayList<>();

    @Test
    void theNodeIsUpBeforeTheWebServerAnnouncedAfterItAndLeavesBeforeIt() {
        JOURNAL.clear();
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(WebApp.class)
                .web(WebApplicationType.REACTIVE)
                .properties(Map.of("server.port", 0, "spring.application.name", "life"))
                .run()) {
            assertThat(context.getBean(FakeGrapevine.class).state()).isEqualTo(NodeState.JOINED);
            assertThat(JOURNAL).containsExactly("bind", "web server up", "join");
            JOURNAL.clear();
        }
        assertThat(JOURNAL).containsExactly("leave", "web server going", "web server gone", "stop");
    }

    @Test
    void aStartThatFailsLaterGivesThePortBack() {
        JOURNAL.clear();
        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> new SpringApplicationBuilder(WebApp.class, Failing.class)
                        .web(WebApplicationType.REACTIVE)
                        .properties(Map.of("server.port", 0, "spring.application.name", "life"))
                        .run());
        assertThat(JOURNAL).startsWith("bind", "web server up").endsWith("web server gone", "stop");
    }

    @Test
    void stoppingDoesNotWaitAndCallsBackWhenItIsDone() {
        FakeGrapevine grapevine = new FakeGrapevine();
        Sinks.Empty<Void> confirmed = Sinks.empty();
        grapevine.onLeave = confirmed.asMono();
        GrapevineLifecycle membership = GrapevineLifecycle.membership(grapevine);
        membership.start();
        List<String> calls = new ArrayList<>();

        membership.stop(() -> calls.add("done"));
        assertThat(calls).isEmpty();
        assertThat(membership.isRunning()).isFalse();

        confirmed.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        assertThat(calls).containsExactly("done");
    }

    @Test
    void aLeaveThatFailsDoesNotHoldUpTheShutdown() {
        FakeGrapevine grapevine = new FakeGrapevine();
        grapevine.onLeave = Mono.error(new IllegalStateException("nobody confirmed"));
        GrapevineLifecycle membership = GrapevineLifecycle.membership(grapevine);
        membership.start();
        List<String> calls = new ArrayList<>();

        membership.stop(() -> calls.add("done"));
        membership.stop(() -> calls.add("again"));

        assertThat(calls).containsExactly("done", "again");
    }

    @Test
    void stoppingWithoutACallbackWaits() {
        FakeGrapevine grapevine = new FakeGrapevine();
        GrapevineLifecycle transport = GrapevineLifecycle.transport(grapevine);
        transport.start();
        assertThat(transport.isRunning()).isTrue();

        transport.stop();

        assertThat(grapevine.state()).isEqualTo(NodeState.STOPPED);
        assertThat(transport.isRunning()).isFalse();
    }

    @Test
    void aPausedTestContextKeepsItsNode() {
        assertThat(GrapevineLifecycle.transport(new FakeGrapevine()).isPauseable())
                .isFalse();
    }

    @Test
    void aPortInUseFailsTheStartAndTellsWhatToDo() {
        FakeGrapevine grapevine = new FakeGrapevine();
        grapevine.onBind = Mono.error(new IllegalStateException("0.0.0.0:7946 is in use", new BindException("in use")));

        assertThatExceptionOfType(GrapevineBindException.class)
                .isThrownBy(() -> GrapevineLifecycle.transport(grapevine).start())
                .withMessageContaining("0.0.0.0:7946 is in use")
                .satisfies(failure -> {
                    FailureAnalysis analysis = new GrapevineBindFailureAnalyzer().analyze(failure);
                    assertThat(analysis.getDescription()).contains("0.0.0.0:7946");
                    assertThat(analysis.getAction()).contains("grapevine.bind", "Stop what listens");
                });
    }

    @Test
    void anAddressOfAnotherMachineTellsWhatToDo() {
        FailureAnalysis analysis = new GrapevineBindFailureAnalyzer()
                .analyze(new GrapevineBindException(new IllegalStateException("Cannot bind 192.0.2.1:7946")));

        assertThat(analysis.getAction()).contains("grapevine.bind", "an address of this machine");
    }

    /** Its two lifecycles stand just outside those of the web server: graceful shutdown and the server itself. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class WebApp {

        @Bean
        FakeGrapevine grapevine() {
            FakeGrapevine grapevine = new FakeGrapevine();
            grapevine.journal = JOURNAL::add;
            grapevine.onLeave = Mono.delay(Duration.ofMillis(20)).then();
            return grapevine;
        }

        @Bean
        ApplicationListener<WebServerInitializedEvent> up() {
            return event -> JOURNAL.add("web server up");
        }

        @Bean
        SmartLifecycle going() {
            return new OnStop(SmartLifecycle.DEFAULT_PHASE - 1023, "web server going");
        }

        @Bean
        SmartLifecycle gone() {
            return new OnStop(SmartLifecycle.DEFAULT_PHASE - 2049, "web server gone");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Failing {
        @Bean
        SmartLifecycle failing() {
            return new OnStop(SmartLifecycle.DEFAULT_PHASE - 600, "never") {
                @Override
                public void start() {
                    throw new IllegalStateException("on purpose");
                }
            };
        }
    }

    static class OnStop implements SmartLifecycle {
        private final int phase;
        private final String entry;
        private boolean running;

        OnStop(int phase, String entry) {
            this.phase = phase;
            this.entry = entry;
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            JOURNAL.add(entry);
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return phase;
        }
    }
}
