# slipway_fuzzer(NAME SOURCES file... LIBS lib... [CORPUS folder])
#
# A source with `extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)`. Every
# build replays the kept inputs (CORPUS, by default corpus/NAME beside the CMakeLists.txt) as a ctest of the
# label `fuzz`; the preset `fuzz` (clang, libFuzzer, address and undefined-behaviour sanitizers) makes a
# fuzzer of it (Debian: clang-14 libclang-rt-14-dev): build/fuzz/tests/NAME -max_total_time=600 <new folder> <kept folder>.
option(SLIPWAY_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)

if(SLIPWAY_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "SLIPWAY_FUZZ needs clang: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
  # Asio asks clang for a coroutine header of its own, although it takes the compiler's library's too.
  add_compile_definitions(ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
endif()

function(slipway_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LIBS" ${ARGN})
  if(NOT ARG_CORPUS)
    set(ARG_CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE slipway_options ${ARG_LIBS})
  if(SLIPWAY_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name} COMMAND ${name} -runs=0 ${ARG_CORPUS})
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/replay/replay_inputs.cpp)
    add_test(NAME ${name} COMMAND ${name} ${ARG_CORPUS})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 120
    ENVIRONMENT "LC_ALL=C.UTF-8;TZ=UTC;${SLIPWAY_SANITIZER_OPTIONS}")
endfunction()
