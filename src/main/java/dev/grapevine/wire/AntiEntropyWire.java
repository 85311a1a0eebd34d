package dev.grapevine.wire;

import dev.grapevine.bytes.Bytes;
import dev.grapevine.protocol.frame.AntiEntropyFrame;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Cursor;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Entry;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operation;
import dev.grapevine.protocol.frame.AntiEntropyFrame.Operations;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateChunk;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateOffer;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StateRequest;
import dev.grapevine.protocol.frame.AntiEntropyFrame.StoreDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of the frames of replicated stores. */
final class AntiEntropyWire {

    /** A block of a dot, a stamp, a key, a value and a count. */
    static final int MIN_OPERATION_BYTES = 3 + Values.MIN_DOT_BYTES + 2 + 1 + 1 + 1;

    /** A block of a key, a dot, a stamp and a value. */
    private static final int MIN_ENTRY_BYTES = 3 + 1 + Values.MIN_DOT_BYTES + 2 + 1;

    private AntiEntropyWire() {}

    static void write(WireWriter out, AntiEntropyFrame frame) {
        int body = out.open(typeOf(frame));
        Values.writeName(out, frame.store());
        if (frame instanceof Operations operations) {
            writeOperations(out, operations.operations());
        } else if (frame instanceof StoreDigest digest) {
            out.writeBoolean(digest.request());
            ContextWire.write(out, digest.context());
        } else if (frame instanceof StateRequest request) {
            out.writeLong(request.session());
            writeCursor(out, request.cursor());
        } else if (frame instanceof StateChunk chunk) {
            writeChunk(out, chunk);
        }
        out.close(body);
    }

    private static int typeOf(AntiEntropyFrame frame) {
        if (frame instanceof Operations) {
            return FrameType.OPERATIONS;
        } else if (frame instanceof StoreDigest) {
            return FrameType.STORE_DIGEST;
        } else if (frame instanceof StateRequest) {
            return FrameType.STATE_REQUEST;
        } else if (frame instanceof StateOffer) {
            return FrameType.STATE_OFFER;
        }
        return FrameType.STATE_CHUNK;
    }

    private static void writeOperations(WireWriter out, List<Operation> operations) {
        out.writeCount(operations.size(), AntiEntropyFrame.MAX_ENTRIES, "operations");
        for (Operation operation : operations) {
            writeOperation(out, operation);
        }
    }

    static void writeOperation(WireWriter out, Operation operation) {
        int block = out.open();
        Values.writeDot(out, operation.dot());
        Values.writeStamp(out, operation.stamp());
        out.writeBytes(operation.key());
        out.writeOptional(operation.value());
        Values.writeDots(out, operation.superseded());
        out.close(block);
    }

    static Operations readOperations(WireReader in) {
        String store = Values.readName(in);
        Operation[] operations =
                new Operation[in.readCount(AntiEntropyFrame.MAX_ENTRIES, MIN_OPERATION_BYTES, "operations")];
        for (int i = 0; i < operations.length; i++) {
            operations[i] = readOperation(in);
        }
        return new Operations(store, Values.listOf(operations));
    }

    static Operation readOperation(WireReader in) {
        int block = in.open("operation");
        Operation operation = new Operation(
                Values.readDot(in),
                Values.readStamp(in),
                in.readBytes("key"),
                in.readOptional("value"),
                Values.readDots(in));
        in.close(block);
        return operation;
    }

    static StoreDigest readDigest(WireReader in) {
        String store = Values.readName(in);
        boolean request = in.readBoolean("request");
        return new StoreDigest(store, ContextWire.read(in), request);
    }

    static StateRequest readRequest(WireReader in) {
        return new StateRequest(Values.readName(in), in.readLong("session"), readCursor(in, "cursor"));
    }

    static StateOffer readOffer(WireReader in) {
        return new StateOffer(Values.readName(in));
    }

    private static void writeCursor(WireWriter out, @Nullable Cursor cursor) {
        out.writeOptional(cursor == null ? null : cursor.key());
        if (cursor != null) {
            Values.writeDot(out, cursor.dot());
        }
    }

    private static @Nullable Cursor readCursor(WireReader in, String field) {
        Bytes key = in.readOptional(field);
        return key == null ? null : new Cursor(key, Values.readDot(in));
    }

    private static void writeChunk(WireWriter out, StateChunk chunk) {
        out.writeLong(chunk.session());
        writeCursor(out, chunk.from());
        writeCursor(out, chunk.to());
        out.writeCount(chunk.entries().size(), AntiEntropyFrame.MAX_ENTRIES, "entries");
        for (Entry entry : chunk.entries()) {
            int block = out.open();
            out.writeBytes(entry.key());
            Values.writeDot(out, entry.dot());
            Values.writeStamp(out, entry.stamp());
            out.writeBytes(entry.value());
            out.close(block);
        }
        ContextWire.write(out, chunk.context());
    }

    static StateChunk readChunk(WireReader in) {
        String store = Values.readName(in);
        long session = in.readLong("session");
        @Nullable Cursor from = readCursor(in, "from");
        @Nullable Cursor to = readCursor(in, "to");
        Entry[] entries = new Entry[in.readCount(AntiEntropyFrame.MAX_ENTRIES, MIN_ENTRY_BYTES, "entries")];
        for (int i = 0; i < entries.length; i++) {
            int block = in.open("entry");
            entries[i] =
                    new Entry(in.readBytes("key"), Values.readDot(in), Values.readStamp(in), in.readBytes("value"));
            in.close(block);
        }
        return new StateChunk(store, session, from, to, Values.listOf(entries), ContextWire.read(in));
    }
}
