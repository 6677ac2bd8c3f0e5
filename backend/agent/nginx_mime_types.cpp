#include "backend/agent/nginx_config.h"

namespace slipway::agent
{

std::string nginxMimeTypes()
{
    return R"(types {
    text/html html htm shtml;
    text/css css;
    text/xml xml;
    text/plain txt text log md;
    text/csv csv;
    text/calendar ics;
    text/vtt vtt;
    text/x-component htc;
    image/gif gif;
    image/jpeg jpeg jpg;
    image/png png;
    image/svg+xml svg svgz;
    image/tiff tif tiff;
    image/webp webp;
    image/avif avif;
    image/x-icon ico cur;
    image/bmp bmp;
    font/woff woff;
    font/woff2 woff2;
    font/ttf ttf;
    font/otf otf;
    application/javascript js mjs;
    application/json json map;
    application/ld+json jsonld;
    application/manifest+json webmanifest;
    application/atom+xml atom;
    application/rss+xml rss;
    application/wasm wasm;
    application/pdf pdf;
    application/rtf rtf;
    application/zip zip;
    application/gzip gz;
    application/x-7z-compressed 7z;
    application/x-tar tar;
    application/x-shockwave-flash swf;
    application/x-silverlight-app xap;
    application/vnd.ms-fontobject eot;
    application/msword doc;
    application/vnd.ms-excel xls;
    application/vnd.ms-powerpoint ppt;
    application/vnd.openxmlformats-officedocument.wordprocessingml.document docx;
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx;
    application/vnd.openxmlformats-officedocument.presentationml.presentation pptx;
    audio/mpeg mp3;
    audio/ogg ogg oga;
    audio/wav wav;
    audio/x-m4a m4a;
    video/mp4 mp4 m4v;
    video/mpeg mpeg mpg;
    video/ogg ogv;
    video/webm webm;
    video/quicktime mov;
    video/x-msvideo avi;
    application/octet-stream bin exe dll iso msi dmg deb;
}
)";
}

} // namespace slipway::agent
