package dev.grapevine.samples.live;

import dev.grapevine.Grapevine;
import dev.grapevine.spring.GrapevineJson;
import dev.grapevine.topic.Message;
import dev.grapevine.topic.Topic;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The chat: one topic. Each instance remembers the latest lines it saw, for pages that are opened later. */
@Component
class Chat implements DisposableBean {

    private static final int REMEMBERED = 100;

    /** What travels. */
    record Line(String author, String text, String instance, long at) {}

    /** What a page is shown: the id lets it tell a line that it has from a new one. */
    record Shown(String id, String author, String text, String instance, long at) {}

    private final Grapevine grapevine;
    private final Topic<Line> topic;
    private final Flux<Shown> lines;
    private final Disposable.Swap listening = Disposables.swap();

    Chat(Grapevine grapevine, GrapevineJson json) {
        this.grapevine = grapevine;
        this.topic = grapevine.topic("chat", json.codec(Line.class));
        this.lines = topic.messages().map(Chat::shown).replay(REMEMBERED).autoConnect(0, listening::update);
    }

    Mono<Void> say(String author, String text) {
        return Mono.defer(
                () -> topic.publish(new Line(author, text, grapevine.self().name(), System.currentTimeMillis())));
    }

    Flux<Shown> lines() {
        return lines.onBackpressureBuffer(REMEMBERED, BufferOverflowStrategy.DROP_OLDEST);
    }

    private static Shown shown(Message<Line> message) {
        Line line = message.value();
        String id = message.publisher() + "/" + message.sequence();
        return new Shown(id, line.author(), line.text(), line.instance(), line.at());
    }

    @Override
    public void destroy() {
        listening.dispose();
    }
}
