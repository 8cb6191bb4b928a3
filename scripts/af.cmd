@echo off
rem Starts af on Windows.
setlocal
set "AF_HOME_DIR=%~dp0.."
set "DIST=%AF_HOME_DIR%\target\dist"
if not exist "%DIST%\lib\af.jar" (
  echo af is not built yet: run mvn -DskipTests package 1>&2
  exit /b 1
)
set "CLASSES=%DIST%\lib\af.jar"
if defined AF_LIB set "CLASSES=%CLASSES%;%AF_LIB%\*"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" -XX:+UseSerialGC -Xms24m -Xmx192m -Xss512k "-XX:OnOutOfMemoryError=taskkill /F /PID %%p" "-Daf.home=%AF_HOME_DIR%" -Daf.terminal.stdin=true -Dfile.encoding=UTF-8 %AF_JAVA_OPTIONS% -cp "%CLASSES%" io.agentflow.dr.app.AfMain %*
exit /b %ERRORLEVEL%
