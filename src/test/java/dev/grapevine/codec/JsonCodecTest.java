package dev.grapevine.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.grapevine.bytes.Bytes;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class JsonCodecTest {

    record Price(String item, long cents, Instant since) {}

    private static final Price APPLE = new Price("apple", 42, Instant.parse("2026-11-01T10:00:00Z"));

    private final Codec<Price> codec = JsonCodec.of(Price.class);

    @Test
    void aRecordBecomesPlainJsonAndComesBack() {
        Bytes bytes = codec.encode(APPLE);

        assertThat(bytes.utf8()).isEqualTo("{\"item\":\"apple\",\"cents\":42,\"since\":\"2026-11-01T10:00:00Z\"}");
        assertThat(codec.decode(bytes)).isEqualTo(APPLE);
    }

    @Test
    void aValueInTheMiddleOfALargerArrayIsRead() {
        byte[] json = codec.encode(APPLE).toArray();
        byte[] larger = ("xx" + new String(json, StandardCharsets.UTF_8) + "yy").getBytes(StandardCharsets.UTF_8);

        assertThat(codec.decode(Bytes.wrap(larger, 2, json.length))).isEqualTo(APPLE);
    }

    @Test
    void aPropertyOfANewerVersionIsIgnored() {
        assertThat(codec.decode(Bytes.utf8("{\"item\":\"apple\",\"cents\":42,\"currency\":\"EUR\"}")))
                .isEqualTo(new Price("apple", 42, null));
    }

    @Test
    void theMapperThatIsGivenDecides() {
        JsonMapper kebab = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                .build();

        assertThat(JsonCodec.of(kebab, Price.class).encode(APPLE).utf8()).startsWith("{\"Item\":\"apple\"");
    }

    @Test
    void aTypeWithParametersKeepsThem() {
        Type prices = new TypeReference<List<Price>>() {}.getType();
        Codec<List<Price>> list = JsonCodec.ofType(JsonMapper.shared(), prices);

        assertThat(list.decode(list.encode(List.of(APPLE)))).containsExactly(APPLE);
        assertThat(list.name()).isEqualTo("json:java.util.List<dev.grapevine.codec.JsonCodecTest$Price>");
    }

    @Test
    void theNameTellsTheType() {
        assertThat(codec.name()).isEqualTo("json:dev.grapevine.codec.JsonCodecTest$Price");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\"text\"", "{\"cents\":\"many\"}", "{} {}", "\u0000\u0001"})
    void whatIsNoJsonOfTheTypeIsAnError(String text) {
        assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> codec.decode(Bytes.utf8(text)));
    }

    @Test
    void jsonNullIsAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(Bytes.utf8("null")))
                .withMessageContaining("null");
    }

    @Test
    void aHostileTypeHintIsNotFollowed() {
        Codec<Object> any = JsonCodec.of(Object.class);

        Object decoded = any.decode(Bytes.utf8("{\"@class\":\"javax.naming.InitialContext\",\"name\":\"x\"}"));

        assertThat(decoded).isInstanceOf(java.util.Map.class);
    }

    @Test
    void nestingWithoutEndIsAnErrorAndNotAStackOverflow() {
        Codec<Object> any = JsonCodec.of(Object.class);

        assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> any.decode(Bytes.utf8("[".repeat(100_000))));
    }
}
