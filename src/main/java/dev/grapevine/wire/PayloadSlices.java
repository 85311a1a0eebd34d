package dev.grapevine.wire;

import dev.grapevine.bytes.Bytes;
import java.util.List;

/**
 * Cuts the content of a run of messages into its payloads: each a slice of the one array that the content is
 * in. A run is held and let go as a whole by and large, so its slices pin little that is not accounted for.
 */
final class PayloadSlices {

    private static final int MAX_LENGTH_BYTES = 4;

    private final byte[] content;
    private final int end;
    private int position;

    private PayloadSlices(byte[] content, int start, int end) {
        this.content = content;
        this.position = start;
        this.end = end;
    }

    /** Exactly the given number of payloads, each behind its length, and nothing after them. */
    static List<Bytes> of(Bytes content, int count) {
        PayloadSlices slices =
                content.read((array, offset, length) -> new PayloadSlices(array, offset, offset + length));
        Bytes[] payloads = new Bytes[count];
        for (int i = 0; i < count; i++) {
            payloads[i] = slices.next();
        }
        if (slices.position != slices.end) {
            throw new MalformedFrameException(
                    "payloads: " + (slices.end - slices.position) + " bytes too many after the last");
        }
        return Values.listOf(payloads);
    }

    private Bytes next() {
        int length = nextLength();
        if (length > end - position) {
            throw new MalformedFrameException(
                    "payload needs " + length + " bytes where " + (end - position) + " are left");
        }
        Bytes payload = Bytes.wrap(content, position, length);
        position += length;
        return payload;
    }

    private int nextLength() {
        int value = 0;
        for (int i = 0; i < MAX_LENGTH_BYTES; i++) {
            if (position == end) {
                throw new MalformedFrameException("payload length needs bytes where none are left");
            }
            int next = content[position++];
            value |= (next & 0x7f) << (7 * i);
            if (next > 0 || (next == 0 && i == 0)) {
                return value;
            }
            if (next == 0) {
                throw new MalformedFrameException("payload length is a number in more bytes than it needs");
            }
        }
        throw new MalformedFrameException("payload length is a number of more than 28 bits");
    }
}
