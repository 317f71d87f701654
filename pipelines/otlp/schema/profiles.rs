//! `profiles/v1development/profiles.proto` and its collector service.

use super::common::{ANY_VALUE, INSTRUMENTATION_SCOPE, RESOURCE};
use super::{Kind, Message, many, one};

/// `opentelemetry.proto.profiles.v1development.ProfilesDictionary`.
pub static PROFILES_DICTIONARY: Message = Message {
    name: "ProfilesDictionary",
    fields: &[
        many(1, "mappingTable", Kind::Message(&MAPPING)),
        many(2, "locationTable", Kind::Message(&LOCATION)),
        many(3, "functionTable", Kind::Message(&FUNCTION)),
        many(4, "linkTable", Kind::Message(&LINK)),
        many(5, "stringTable", Kind::String),
        many(6, "attributeTable", Kind::Message(&KEY_VALUE_AND_UNIT)),
        many(7, "stackTable", Kind::Message(&STACK)),
    ],
};

/// `opentelemetry.proto.profiles.v1development.ResourceProfiles`.
pub static RESOURCE_PROFILES: Message = Message {
    name: "ResourceProfiles",
    fields: &[
        one(1, "resource", Kind::Message(&RESOURCE)),
        many(2, "scopeProfiles", Kind::Message(&SCOPE_PROFILES)),
        one(3, "schemaUrl", Kind::String),
    ],
};

/// `opentelemetry.proto.profiles.v1development.ScopeProfiles`.
pub static SCOPE_PROFILES: Message = Message {
    name: "ScopeProfiles",
    fields: &[
        one(1, "scope", Kind::Message(&INSTRUMENTATION_SCOPE)),
        many(2, "profiles", Kind::Message(&PROFILE)),
        one(3, "schemaUrl", Kind::String),
    ],
};

/// `opentelemetry.proto.profiles.v1development.Profile`.
pub static PROFILE: Message = Message {
    name: "Profile",
    fields: &[
        one(1, "sampleType", Kind::Message(&VALUE_TYPE)),
        many(2, "samples", Kind::Message(&SAMPLE)),
        one(3, "timeUnixNano", Kind::Fixed64),
        one(4, "durationNano", Kind::Uint64),
        one(5, "periodType", Kind::Message(&VALUE_TYPE)),
        one(6, "period", Kind::Int64),
        one(7, "profileId", Kind::Id(16)),
        one(8, "droppedAttributesCount", Kind::Uint32),
        one(9, "originalPayloadFormat", Kind::String),
        one(10, "originalPayload", Kind::Bytes),
        many(11, "attributeIndices", Kind::Int32),
    ],
};

/// `opentelemetry.proto.profiles.v1development.Link`.
pub static LINK: Message =
    Message { name: "Link", fields: &[one(1, "traceId", Kind::Id(16)), one(2, "spanId", Kind::Id(8))] };

/// `opentelemetry.proto.profiles.v1development.ValueType`.
pub static VALUE_TYPE: Message =
    Message { name: "ValueType", fields: &[one(1, "typeStrindex", Kind::Int32), one(2, "unitStrindex", Kind::Int32)] };

/// `opentelemetry.proto.profiles.v1development.Sample`.
pub static SAMPLE: Message = Message {
    name: "Sample",
    fields: &[
        one(1, "stackIndex", Kind::Int32),
        many(2, "attributeIndices", Kind::Int32),
        one(3, "linkIndex", Kind::Int32),
        many(4, "values", Kind::Int64),
        many(5, "timestampsUnixNano", Kind::Fixed64),
    ],
};

/// `opentelemetry.proto.profiles.v1development.Mapping`.
pub static MAPPING: Message = Message {
    name: "Mapping",
    fields: &[
        one(1, "memoryStart", Kind::Uint64),
        one(2, "memoryLimit", Kind::Uint64),
        one(3, "fileOffset", Kind::Uint64),
        one(4, "filenameStrindex", Kind::Int32),
        many(5, "attributeIndices", Kind::Int32),
    ],
};

/// `opentelemetry.proto.profiles.v1development.Stack`.
pub static STACK: Message = Message { name: "Stack", fields: &[many(1, "locationIndices", Kind::Int32)] };

/// `opentelemetry.proto.profiles.v1development.Location`.
pub static LOCATION: Message = Message {
    name: "Location",
    fields: &[
        one(1, "mappingIndex", Kind::Int32),
        one(2, "address", Kind::Uint64),
        many(3, "lines", Kind::Message(&LINE)),
        many(4, "attributeIndices", Kind::Int32),
    ],
};

/// `opentelemetry.proto.profiles.v1development.Line`.
pub static LINE: Message = Message {
    name: "Line",
    fields: &[one(1, "functionIndex", Kind::Int32), one(2, "line", Kind::Int64), one(3, "column", Kind::Int64)],
};

/// `opentelemetry.proto.profiles.v1development.Function`.
pub static FUNCTION: Message = Message {
    name: "Function",
    fields: &[
        one(1, "nameStrindex", Kind::Int32),
        one(2, "systemNameStrindex", Kind::Int32),
        one(3, "filenameStrindex", Kind::Int32),
        one(4, "startLine", Kind::Int64),
    ],
};

/// `opentelemetry.proto.profiles.v1development.KeyValueAndUnit`.
pub static KEY_VALUE_AND_UNIT: Message = Message {
    name: "KeyValueAndUnit",
    fields: &[
        one(1, "keyStrindex", Kind::Int32),
        one(2, "value", Kind::Message(&ANY_VALUE)),
        one(3, "unitStrindex", Kind::Int32),
    ],
};

/// `opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest`.
pub static EXPORT_PROFILES_SERVICE_REQUEST: Message = Message {
    name: "ExportProfilesServiceRequest",
    fields: &[
        many(1, "resourceProfiles", Kind::Message(&RESOURCE_PROFILES)),
        one(2, "dictionary", Kind::Message(&PROFILES_DICTIONARY)),
    ],
};

/// `opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceResponse`.
pub static EXPORT_PROFILES_SERVICE_RESPONSE: Message = Message {
    name: "ExportProfilesServiceResponse",
    fields: &[one(1, "partialSuccess", Kind::Message(&EXPORT_PROFILES_PARTIAL_SUCCESS))],
};

/// `opentelemetry.proto.collector.profiles.v1development.ExportProfilesPartialSuccess`.
pub static EXPORT_PROFILES_PARTIAL_SUCCESS: Message = Message {
    name: "ExportProfilesPartialSuccess",
    fields: &[one(1, "rejectedProfiles", Kind::Int64), one(2, "errorMessage", Kind::String)],
};
