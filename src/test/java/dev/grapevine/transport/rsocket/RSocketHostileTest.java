package dev.grapevine.transport.rsocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.grapevine.protocol.frame.Lane;
import dev.grapevine.protocol.step.LinkLoss;
import dev.grapevine.protocol.step.RejectReason;
import dev.grapevine.transport.Link;
import dev.grapevine.transport.LinkLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.rsocket.frame.ErrorFrameCodec;
import io.rsocket.frame.RequestNFrameCodec;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** Peers that know the protocol well enough to abuse it. */
class RSocketHostileTest {

    private static final int STRANGERS = 100;
    private static final int HANDSHAKES = 8;

    private static LinkLimits limits(int connections, int handshakes, Duration handshakeTimeout) {
        return Node.limits(1 << 20, 32, connections, handshakes, handshakeTimeout);
    }

    @Test
    void strangersPushOutEachOtherAndNeitherMembersNorThoseThatWantToBe() throws IOException {
        try (Node small = Node.limited("small", limits(2, HANDSHAKES, Duration.ofMinutes(5)));
                Node red = Node.named("red");
                Node white = Node.named("white")) {
            Link first = red.dial(small);
            small.nextAccepted();
            List<RawPeer> strangers = new ArrayList<>();
            for (int i = 0; i < STRANGERS; i++) {
                strangers.add(new RawPeer(small));
            }
            Link second = white.dial(small);

            assertThat(second.remote()).isEqualTo(small.hello());
            assertThat(small.nextAccepted().remote()).isEqualTo(white.hello());
            for (RawPeer pushedOut : strangers.subList(0, STRANGERS - HANDSHAKES + 1)) {
                assertThat(pushedOut.countUntilEnd(RSocketFrame.ERROR)).isEqualTo(1);
            }
            for (RawPeer stays : strangers.subList(STRANGERS - HANDSHAKES + 1, STRANGERS)) {
                assertThat(stays.socket.getInputStream().available()).isZero();
            }
            assertThat(small.rejections)
                    .containsExactlyElementsOf(
                            Collections.nCopies(STRANGERS - HANDSHAKES + 1, RejectReason.TOO_MANY_CONNECTIONS));
            AtomicInteger ends = new AtomicInteger();
            first.onClose().subscribe(loss -> ends.incrementAndGet());
            second.onClose().subscribe(loss -> ends.incrementAndGet());
            assertThat(ends).hasValue(0);
            for (RawPeer stranger : strangers) {
                stranger.close();
            }
        }
    }

    @Test
    void whoIsRefusedAndDoesNotHangUpCountsAsAStranger() throws IOException {
        try (Node small = Node.limited("small", limits(1, HANDSHAKES, Duration.ofMinutes(5)));
                Node foreign = new Node("foreign", "olives", 1, LinkLimits.DEFAULT, true);
                Node red = Node.named("red")) {
            List<RawPeer> refused = new ArrayList<>();
            for (int i = 0; i < STRANGERS; i++) {
                RawPeer peer = new RawPeer(small);
                peer.sendSetup(foreign);
                assertThat(peer.nextType()).isEqualTo(RSocketFrame.ERROR);
                refused.add(peer);
            }
            assertThat(red.dial(small).remote()).isEqualTo(small.hello());
            assertThat(small.rejections)
                    .containsExactlyElementsOf(Collections.nCopies(STRANGERS, RejectReason.FOREIGN_CLUSTER));
            for (RawPeer peer : refused) {
                peer.close();
            }
        }
    }

    @Test
    void whoKeepsAConnectionAliveWithoutFinishingItsHandshakeIsClosedAllTheSame() throws IOException {
        try (Node hasty = Node.limited("hasty", limits(8, HANDSHAKES, Duration.ofMillis(500)));
                Node red = Node.named("red");
                RawPeer peer = new RawPeer(hasty)) {
            peer.sendSetup(red);
            int answers = 0;
            do {
                answers++;
                try {
                    peer.sendKeepAlive(new byte[0]);
                } catch (IOException closed) {
                    break;
                }
            } while (peer.nextType() == RSocketFrame.KEEPALIVE);

            assertThat(answers).isGreaterThan(1);
            assertThat(hasty.rejections).containsExactly(RejectReason.HANDSHAKE_TIMEOUT);
        }
    }

    @Test
    void oneFrameMoreThanWasGrantedEndsTheConnection() throws IOException {
        try (Node white = Node.named("white");
                Node red = Node.named("red");
                RawPeer peer = new RawPeer(white)) {
            peer.shakeHands(red);
            Link accepted = white.nextAccepted(); // nobody takes what comes over it
            for (int i = 0; i < LinkLimits.DEFAULT.framesInFlight(); i++) {
                peer.sendBatch(Lane.DATA, Node.batch(1 + 10L * i, 10));
            }
            peer.sendKeepAlive(new byte[] {1});
            int type = peer.nextType();
            while (type != RSocketFrame.KEEPALIVE) {
                assertThat(type).isNotNegative();
                type = peer.nextType();
            }
            assertThat(white.rejections).isEmpty();

            peer.sendBatch(Lane.DATA, Node.batch(321, 10));

            assertThat(Node.next(white.rejections)).isEqualTo(RejectReason.MALFORMED_FRAME);
            StepVerifier.create(accepted.onClose())
                    .expectNext(LinkLoss.MALFORMED)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            assertThat(white.details).last().asString().contains("more frames on lane DATA than were granted");
        }
    }

    @Test
    void whoAsksWhetherThisSideLivesAndDoesNotReadTheAnswersIsNotAnsweredWithoutBound() throws IOException {
        int questions = 400_000;
        try (Node white = Node.named("white");
                Node red = Node.named("red");
                RawPeer peer = new RawPeer(white)) {
            peer.shakeHands(red);
            white.nextAccepted();
            byte[] many = many(RawPeer.keepAlive(new byte[64]), 1000);
            for (int i = 0; i < questions / 1000; i++) {
                peer.socket.getOutputStream().write(many);
            }
            Link other = red.dial(white); // the thread is free for others

            assertThat(other.remote()).isEqualTo(white.hello());
            peer.socket.shutdownOutput();
            assertThat(peer.countUntilEnd(RSocketFrame.KEEPALIVE)).isLessThan(questions / 2);
            assertThat(white.rejections).isEmpty();
        }
    }

    private static byte[] many(ByteBuf frame, int times) {
        int length = frame.readableBytes();
        byte[] bytes = new byte[(length + 3) * times];
        for (int i = 0; i < times; i++) {
            int at = i * (length + 3);
            bytes[at + 1] = (byte) (length >>> 8);
            bytes[at + 2] = (byte) length;
            frame.getBytes(frame.readerIndex(), bytes, at + 3, length);
        }
        frame.release();
        return bytes;
    }

    @Test
    void aFloodOfErrorsOnALaneIsCountedOnce() throws IOException {
        try (Node white = Node.named("white");
                Node red = Node.named("red");
                RawPeer peer = new RawPeer(white)) {
            peer.shakeHands(red);
            Link accepted = white.nextAccepted();
            flood(peer, many(ErrorFrameCodec.encode(ByteBufAllocator.DEFAULT, Streams.of(Lane.DATA), error()), 100));

            StepVerifier.create(accepted.onClose())
                    .expectNext(LinkLoss.MALFORMED)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            assertThat(white.rejections).containsExactly(RejectReason.MALFORMED_FRAME);
        }
    }

    @Test
    void aFloodOfErrorsOfTheConnectionIsItsEnd() throws IOException {
        try (Node white = Node.named("white");
                Node red = Node.named("red");
                RawPeer peer = new RawPeer(white)) {
            peer.shakeHands(red);
            Link accepted = white.nextAccepted();
            flood(peer, many(ErrorFrameCodec.encode(ByteBufAllocator.DEFAULT, Streams.CONNECTION, error()), 100));

            StepVerifier.create(accepted.onClose())
                    .expectNext(LinkLoss.LOST)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            assertThat(white.rejections).isEmpty();
        }
    }

    @Test
    void aCreditFrameWithMoreThanItsFieldsEndsTheConnection() throws IOException {
        try (Node white = Node.named("white");
                Node red = Node.named("red");
                RawPeer peer = new RawPeer(white)) {
            peer.shakeHands(red);
            Link accepted = white.nextAccepted();
            ByteBuf credit = RequestNFrameCodec.encode(ByteBufAllocator.DEFAULT, Streams.of(Lane.DATA), 1);
            peer.send(credit.copy());
            peer.send(credit.writeByte(0));

            assertThat(Node.next(white.rejections)).isEqualTo(RejectReason.MALFORMED_FRAME);
            StepVerifier.create(accepted.onClose())
                    .expectNext(LinkLoss.MALFORMED)
                    .expectComplete()
                    .verify(Node.PATIENCE);
            assertThat(white.details).last().asString().contains("11 bytes");
        }
    }

    private static Throwable error() {
        return new io.rsocket.exceptions.ConnectionErrorException("boo");
    }

    /** Until the other side has had enough. */
    private static void flood(RawPeer peer, byte[] frames) {
        try {
            for (int i = 0; i < 100; i++) {
                peer.socket.getOutputStream().write(frames);
            }
        } catch (IOException closed) {
            assertThat(peer.socket.isClosed()).isFalse();
        }
    }

    @Test
    void anErrorInsteadOfAHandshakeIsMalformed() throws IOException {
        try (Node white = Node.named("white");
                Socket socket = new Socket("127.0.0.1", white.endpoint.address().port())) {
            socket.getOutputStream()
                    .write(many(ErrorFrameCodec.encode(ByteBufAllocator.DEFAULT, Streams.CONNECTION, error()), 1));

            assertThat(Node.next(white.rejections)).isEqualTo(RejectReason.MALFORMED_FRAME);
        }
    }
}
