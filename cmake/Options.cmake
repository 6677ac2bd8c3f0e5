option(SLIPWAY_TESTS "Build the tests" ON)
option(SLIPWAY_WERROR "Treat warnings as errors" OFF)
option(SLIPWAY_UNITY "Compile the files of a room together: quicker from nothing, slower for one change" OFF)
option(SLIPWAY_SERVER_ONLY "Build the rooms without Qt and gRPC only (thread sanitizer runs)" OFF)
set(SLIPWAY_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(SLIPWAY_CCACHE ccache)
if(SLIPWAY_CCACHE)
  # Paths below the source folder count as relative, so that another clone finds the same objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 ${SLIPWAY_CCACHE})
endif()
find_program(SLIPWAY_MOLD mold)
if(SLIPWAY_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()

add_library(slipway_options INTERFACE)
target_include_directories(slipway_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(slipway_options INTERFACE
  SLIPWAY_VERSION="${PROJECT_VERSION}" ASIO_STANDALONE ASIO_NO_DEPRECATED)
if(MSVC)
  target_compile_options(slipway_options INTERFACE /W4 /permissive- $<$<BOOL:${SLIPWAY_WERROR}>:/WX>)
else()
  target_compile_options(slipway_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow=local
    -Wnon-virtual-dtor -Woverloaded-virtual $<$<BOOL:${SLIPWAY_WERROR}>:-Werror>)
endif()
if(SLIPWAY_SANITIZE)
  add_compile_options(-fsanitize=${SLIPWAY_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SLIPWAY_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_options(-fno-sanitize=function) # clang 14 cannot put its marks before coroutines
  endif()
  if(SLIPWAY_SANITIZE MATCHES thread)
    add_compile_options(-Wno-tsan) # Asio's fences, which the sanitizer does not see
    set(SLIPWAY_SANITIZER_OPTIONS "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/tsan.supp:die_after_fork=0")
  else()
    # Asio's header takes memory by `new` or by `aligned_alloc`, depending on what was included before it,
    # and always gives it back by `free`: one allocator to glibc, two to the sanitizer.
    set(SLIPWAY_SANITIZER_OPTIONS "ASAN_OPTIONS=alloc_dealloc_mismatch=0"
      "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/lsan.supp:print_suppressions=0"
      "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
  endif()
endif()
