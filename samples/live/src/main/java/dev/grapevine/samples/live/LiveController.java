package dev.grapevine.samples.live;

import dev.grapevine.Grapevine;
import dev.grapevine.protocol.step.JoinState;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the page talks to: one stream of everything, and a few commands. */
@RestController
@RequestMapping("/api")
class LiveController {

    private static final Duration HEARTBEAT = Duration.ofSeconds(2);
    private static final int MAX_AUTHOR = 40;
    private static final int MAX_TEXT = 500;
    private static final Pattern FLAG_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,39}");

    /** A line of chat from a page. */
    record Said(String author, String text) {}

    /** So that a page can tell a quiet instance from one that stands still. */
    record Beat(long count) {}

    /** The new state of a flag from a page. */
    record Toggled(boolean enabled) {}

    private final Grapevine grapevine;
    private final Members members;
    private final Chat chat;
    private final Flags flags;
    private final Load load;

    LiveController(Grapevine grapevine, Members members, Chat chat, Flags flags, Load load) {
        this.grapevine = grapevine;
        this.members = members;
        this.chat = chat;
        this.flags = flags;
        this.load = load;
    }

    /**
     * First who we are, so that the browser sees the stream begin, then the state of everything and its changes. It
     * ends when this instance leaves, or an endless stream would hold up the server's graceful shutdown.
     */
    @GetMapping("/events")
    Flux<ServerSentEvent<Object>> events() {
        Mono<Object> hello = Mono.fromSupplier(members::hello);
        Mono<JoinState> leaving =
                grapevine.joinState().filter(JoinState.LEFT::equals).next();
        return named("hello", hello)
                .concatWith(Flux.merge(
                        named("member", members.changes()),
                        named("flag", flags.changes()),
                        named("chat", chat.lines()),
                        named("load", load.readings()),
                        named(
                                "heartbeat",
                                Flux.interval(HEARTBEAT).onBackpressureDrop().map(Beat::new))))
                .takeUntilOther(leaving)
                .concatWith(named("goodbye", Mono.just(Map.of())));
    }

    private static Flux<ServerSentEvent<Object>> named(String event, Publisher<?> data) {
        return Flux.from(data)
                .map(value ->
                        ServerSentEvent.<Object>builder(value).event(event).build());
    }

    @PostMapping("/chat")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Mono<Void> say(@RequestBody Said said) {
        String author = checked("author", said.author(), MAX_AUTHOR);
        return chat.say(author, checked("text", said.text(), MAX_TEXT));
    }

    @PutMapping("/flags/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> set(@PathVariable String name, @RequestBody Toggled toggled) {
        return flags.set(checkedFlag(name), toggled.enabled());
    }

    @DeleteMapping("/flags/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    Mono<Void> remove(@PathVariable String name) {
        return flags.remove(checkedFlag(name));
    }

    private static String checked(String field, String value, int longest) {
        if (value == null || value.isBlank() || value.length() > longest) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, field + " has 1 to " + longest + " characters");
        }
        return value.strip();
    }

    private static String checkedFlag(String name) {
        if (!FLAG_NAME.matcher(name).matches()) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, "A flag's name has 1 to 40 lower-case letters, digits, '.', '_' and '-'");
        }
        return name;
    }
}
