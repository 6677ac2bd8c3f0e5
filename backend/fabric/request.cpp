#include "backend/fabric/request.h"

#include "backend/packages/sha256.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace slipway::fabric
{

std::string requestDigest(const v1::Command &command)
{
    if (command.request_id().empty() || command.validate_only())
        return {}; // nothing will have happened that a repetition could repeat
    v1::Command content = command;
    content.clear_request_id();
    content.clear_actor();
    std::string bytes;
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true);
        content.SerializeToCodedStream(&coded);
    }
    return packages::sha256Hex(bytes);
}

} // namespace slipway::fabric
