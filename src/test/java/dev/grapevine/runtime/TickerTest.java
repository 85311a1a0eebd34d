package dev.grapevine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.step.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

/** When the ticks of a core come. */
class TickerTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final Ticker ticker = new Ticker(Duration.ofMillis(50), time, () -> now().nanos());
    private final List<Long> ticks = new ArrayList<>();

    /** How long the core can do without a tick, in milliseconds. */
    private long needs = 50;

    private final Disposable running = ticker.ticks().subscribe(tick -> {
        ticks.add(now().wallMillis());
        step();
    });

    private Time now() {
        long millis = time.now(TimeUnit.MILLISECONDS);
        return new Time(TimeUnit.MILLISECONDS.toNanos(millis), millis);
    }

    private void step() {
        ticker.stepped(now(), any -> TimeUnit.MILLISECONDS.toNanos(needs));
    }

    private void pass(long millis) {
        time.advanceTimeBy(Duration.ofMillis(millis));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    every interval while something is under way          | pass 200                                                                         | 50 100 150 200
                    when the core needs them at rest                     | needs 250, pass 600                                                              | 50 300 550
                    sooner after an input after which it needs one       | needs 250, pass 100, needs 50, step, pass 120                                    | 50 150 200
                    later after an input after which it needs none       | needs 250, pass 100, needs 600, step, needs 250, pass 850                        | 50 700 950
                    sooner again after one that was put off              | needs 250, pass 100, needs 600, step, pass 250, needs 100, step, pass 200        | 50 450 550
                    """)
    void theyCome(String when, String script, String expected) {
        for (String line : script.split(", ")) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "needs" -> needs = Long.parseLong(words[1]);
                case "pass" -> pass(Long.parseLong(words[1]));
                case "step" -> step();
                default -> throw new IllegalArgumentException(line);
            }
        }
        assertThat(ticks)
                .as(when)
                .containsExactlyElementsOf(
                        Stream.of(expected.split(" ")).map(Long::valueOf).toList());
    }

    @Test
    void anInputShortlyBeforeItIsDueDoesNotPutItOff() {
        needs = 250;
        pass(50);
        for (int millis = 50; millis < 295; millis += 5) {
            pass(5);
            needs = Math.max(50, 250 - (millis - 45));
            step();
        }
        pass(5);
        assertThat(ticks).containsExactly(50L, 300L);
    }

    @Test
    void aClockThatFailsEndsThemWithItsError() {
        Ticker broken = new Ticker(Duration.ofMillis(50), time, () -> {
            if (now().nanos() > 0) {
                throw new NoClassDefFoundError("clock");
            }
            return 0;
        });
        List<Throwable> errors = new ArrayList<>();
        broken.ticks().subscribe(tick -> {}, errors::add);
        pass(100);
        assertThat(errors).singleElement().satisfies(error -> assertThat(error)
                .hasRootCauseInstanceOf(NoClassDefFoundError.class));
    }

    @Test
    void afterTheEndThereAreNone() {
        needs = 250;
        pass(100);
        running.dispose();
        step();
        pass(1_000);
        assertThat(ticks).containsExactly(50L);
        assertThat(time.getScheduledTaskCount()).isEqualTo(2);
    }
}
