// A fault of a Peace contract travels as a gRPC status with a google.rpc.ErrorInfo: its domain and reason are what the
// caller compares (modules/fault). The three messages are small enough to be written field by field.
import grpc from "@grpc/grpc-js";
import protobuf from "protobufjs/minimal.js";

const text = (writer, field, value) => writer.uint32((field << 3) | 2).string(value);
const bytes = (writer, field, value) => writer.uint32((field << 3) | 2).bytes(value);

export function fault(code, domain, reason, message) {
  const info = text(text(protobuf.Writer.create(), 1, reason), 2, domain).finish(); // google.rpc.ErrorInfo
  const any = bytes(text(protobuf.Writer.create(), 1, "type.googleapis.com/google.rpc.ErrorInfo"), 2, info).finish();
  const status = bytes(text(protobuf.Writer.create().uint32(1 << 3).int32(code), 2, message), 3, any).finish(); // google.rpc.Status
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status));
  return { code, details: message, metadata };
}

export const badAddress = () => fault(grpc.status.INVALID_ARGUMENT, "geoip", "bad_address", "not a valid address");
