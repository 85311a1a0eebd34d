package dev.grapevine.protocol.dissemination;

import static dev.grapevine.protocol.dissemination.Fixture.ANN;
import static dev.grapevine.protocol.dissemination.Fixture.NEWS;
import static dev.grapevine.protocol.dissemination.Fixture.SELF;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.membership.Origin;
import dev.grapevine.protocol.frame.DisseminationFrame;
import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.Effect;
import dev.grapevine.protocol.step.ProtocolEvent;
import dev.grapevine.protocol.step.Time;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;

/** One stream that goes on and on, from one core to another, in virtual time: how far behind is the reader? */
final class LiveStream {

    private static final long MILLI = 1_000_000;
    private static final int TICK_MILLIS = 50;

    private final DisseminationCore publisher = core(ANN);
    private final DisseminationCore reader = core(SELF);
    private final ArrayDeque<Frame> wire = new ArrayDeque<>();
    private final List<Effect> effects = new ArrayList<>();
    private final List<Bytes> payloads;
    private final boolean oneByOne;
    private final long delayMillis;
    private LongPredicate lost = frame -> false;
    private boolean up;
    private long millis;
    private long frames;
    private long published;
    private long settled;
    private long gaps;
    private long repaired;
    private long duplicates;

    /**
     * A stream that has not begun, on a link that is up.
     *
     * @param perMilli messages of 100 bytes published each millisecond
     * @param oneByOne whether each is published by itself
     * @param delayMillis how long a frame is on its way
     */
    LiveStream(int perMilli, boolean oneByOne, long delayMillis) {
        this.payloads = Collections.nCopies(perMilli, Bytes.wrap(new byte[100]));
        this.oneByOne = oneByOne;
        this.delayMillis = delayMillis;
        linkUp();
    }

    private static DisseminationCore core(Origin self) {
        return new DisseminationCore(self, DisseminationSettings.DEFAULT, new SplittableRandom(1), peer -> false);
    }

    void linkUp() {
        up = true;
        publisher.linkUp(SELF, now(), effects::add);
        carryOut(true);
        reader.linkUp(ANN, now(), effects::add);
        carryOut(false);
    }

    void linkDown() {
        up = false;
        wire.clear();
        publisher.linkDown(SELF, now(), effects::add);
        carryOut(true);
        reader.linkDown(ANN, now(), effects::add);
        carryOut(false);
    }

    /** Which of the frames with messages on the way to the reader are lost, by their number since the beginning. */
    void lose(LongPredicate frame) {
        lost = frame;
    }

    /** Goes on for a while. */
    void run(long forMillis) {
        for (long end = millis + forMillis; millis < end; ) {
            millis++;
            publish();
            deliver();
            if (millis % TICK_MILLIS == 0) {
                publisher.tick(now(), effects::add);
                carryOut(true);
                reader.tick(now(), effects::add);
                carryOut(false);
                deliver();
            }
        }
    }

    private void publish() {
        for (List<Bytes> call : oneByOne ? payloads.stream().map(List::of).toList() : List.of(payloads)) {
            publisher.publish(NEWS, call, now(), effects::add);
            carryOut(true);
        }
        published += payloads.size();
    }

    private void deliver() {
        while (!wire.isEmpty() && wire.peek().arrival <= millis) {
            Frame next = wire.remove();
            (next.toReader ? reader : publisher).receive(next.toReader ? ANN : SELF, next.frame, now(), effects::add);
            carryOut(!next.toReader);
        }
    }

    private void carryOut(boolean ofPublisher) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                boolean isLost = ofPublisher && send.lane() != Lane.CONTROL && lost.test(frames++);
                if (up && !isLost) {
                    wire.add(new Frame(millis + delayMillis, ofPublisher, (DisseminationFrame) send.frame()));
                }
            } else {
                count(effect, ofPublisher);
            }
        }
        effects.clear();
    }

    private void count(Effect effect, boolean ofPublisher) {
        if (effect instanceof Effect.Deliver delivered && !ofPublisher) {
            settled += delivered.payloads().size();
        } else if (effect instanceof Effect.Gap gap) {
            settled += gap.to() - gap.from() + 1;
            gaps += gap.to() - gap.from() + 1;
        } else if (effect instanceof Effect.Noted noted) {
            repaired += noted.event() == ProtocolEvent.REPAIR_SERVED ? noted.count() : 0;
            duplicates += noted.event() == ProtocolEvent.DUPLICATE_MESSAGE ? noted.count() : 0;
        }
    }

    private Time now() {
        return new Time(millis * MILLI, 0);
    }

    /** How many messages the reader was neither given nor told to be lost, not counting those on their way to it. */
    long behind() {
        return Math.max(0, published - settled - payloads.size() * delayMillis);
    }

    long gaps() {
        return gaps;
    }

    /** How many messages were sent again. */
    long repaired() {
        return repaired;
    }

    long duplicates() {
        return duplicates;
    }

    private record Frame(long arrival, boolean toReader, DisseminationFrame frame) {}
}
