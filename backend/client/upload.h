#pragma once

#include "backend/client/link.h"
#include "backend/client/listener.h"

#include <filesystem>

namespace slipway::client
{

// Asks how much of the upload the fabric has, then sends the rest of the file. Reads the file on
// gRPC's threads, a chunk at a time, as the last one goes out.
std::unique_ptr<Subscription> startUpload(Link &link, const std::filesystem::path &file,
                                          const std::string &upload_id,
                                          std::function<void(UploadProgress)> progress,
                                          Done<v1::UploadReply> done);

} // namespace slipway::client
